-- In: due_date and reason (of these, or null for all), after_date, after_id, after_package and after_month (due date,
-- client plan, package and month of the last row, or null for the first page), size. Out: a page of what was charged
-- beyond what is owed, by due date and client plan, with the charges.
with page as materialized (
    select
        excess.due_date,
        excess.client_plan_id,
        excess.package_id,
        excess.reference_month,
        excess.amount,
        excess.reason,
        excess.adjusts,
        excess.event_ids
    from billing.excess_charge as excess
    where
        (cast(:due_date as date) is null or excess.due_date = cast(:due_date as date))
        and (cast(:reason as text) is null or excess.reason = cast(:reason as text))
        and (
            cast(:after_date as date) is null
            or (excess.due_date, excess.client_plan_id, excess.package_id, excess.reference_month)
            > (
                cast(:after_date as date), cast(:after_id as bigint), cast(:after_package as bigint),
                cast(:after_month as date)
            )
        )
    order by excess.due_date, excess.client_plan_id, excess.package_id, excess.reference_month
    limit :size
)

select
    page.client_plan_id,
    page.package_id,
    client.name as client,
    client.document,
    page.due_date,
    page.reference_month,
    page.amount,
    page.reason,
    page.adjusts,
    page.event_ids
from page
left join
    lateral (
        select
            privacy.name_of(client.id, client.name) as name,
            privacy.document_of(client.id, client.document) as document
        from erp.client_plan as plan
        inner join erp.client as client on plan.client_id = client.id
        where plan.id = page.client_plan_id
        limit 1 -- noqa: AM09
    ) as client
    on true
order by page.due_date, page.client_plan_id, page.package_id, page.reference_month
