-- In: after_id (the event of the last row, or null for the first page), size. Out: a page of the credits that wait for
-- an invoice, by event, each with what is left of it.
with page as materialized (
    select
        credit.event_id,
        credit.client_plan_id,
        credit.due_date,
        credit.rest
    from billing.credit
    where credit.rest > 0 and credit.event_id > coalesce(cast(:after_id as bigint), 0)
    order by credit.event_id
    limit :size
)

select
    page.client_plan_id,
    client.name as client,
    client.document,
    page.due_date,
    page.rest as amount,
    page.event_id,
    'credit_without_invoice' as reason
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
order by page.event_id
