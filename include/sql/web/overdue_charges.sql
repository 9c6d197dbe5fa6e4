-- In: due_date, after_id (of the last row, or null for the first page), size. Out: a page of the pending charges of a
-- due date, by event, each with why it is pending (the code of a label).
with page as materialized (
    select
        event.id,
        event.client_plan_id,
        event.due_date,
        event.amount
    from billing.overdue_charge(:due_date, coalesce(cast(:after_id as bigint), 0), :size) as event
)

select
    page.client_plan_id,
    client.name as client,
    client.document,
    page.due_date,
    page.amount,
    page.id as event_id,
    case
        when carried.event_id is not null then 'waits_for_later_invoice'
        else coalesce('invoice_' || invoice.status, 'no_invoice')
    end as reason
from page
left join billing.carried_charge as carried on page.id = carried.event_id and carried.invoice_id is null
left join finance.invoice as invoice
    on page.client_plan_id = invoice.client_plan_id and page.due_date = invoice.due_date
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
order by page.id
