-- In: after_date and after_id (due date and event of the last row, or null for the first page), size. Out: a page of
-- the charges that wait for a later invoice, by due date and event; their amounts are the events'.
with page as materialized (
    select
        carried.event_id,
        carried.client_plan_id,
        carried.due_date
    from billing.carried_charge as carried
    where
        carried.invoice_id is null
        and (
            cast(:after_date as date) is null
            or (carried.due_date, carried.event_id) > (cast(:after_date as date), cast(:after_id as bigint))
        )
    order by carried.due_date, carried.event_id
    limit :size
)

select
    page.client_plan_id,
    client.name as client,
    client.document,
    page.due_date,
    cast(null as numeric) as amount,
    page.event_id,
    'waits_for_later_invoice' as reason
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
order by page.due_date, page.event_id
