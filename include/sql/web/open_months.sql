-- In: month (of these, or null for all), after_date, after_id and after_package (month, client plan and package of the
-- last row, or null for the first page), size. Out: a page of the months that nobody charged, or not all of, by month
-- and client plan, with what they owe and what was charged. package_id 0: the plan fee.
with page as materialized (
    select
        open.client_plan_id,
        open.package_id,
        open.reference_month,
        open.owed,
        open.charged
    from billing.open_month as open
    where
        (cast(:month as date) is null or open.reference_month = cast(:month as date))
        and (
            cast(:after_date as date) is null
            or (open.reference_month, open.client_plan_id, open.package_id)
            > (cast(:after_date as date), cast(:after_id as bigint), cast(:after_package as bigint))
        )
    order by open.reference_month, open.client_plan_id, open.package_id
    limit :size
)

select
    page.client_plan_id,
    page.package_id,
    client.name as client,
    client.document,
    package.name as package,
    page.reference_month,
    page.owed,
    page.charged
from page
left join tv.package as package on page.package_id = package.id
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
order by page.reference_month, page.client_plan_id, page.package_id
