-- In: run_id. Marks processed each pending event whose client plan has an open invoice of the due date, and posts its
-- amount there, in one statement: a processed event without its posting cannot exist. Whoever
-- closes an invoice meanwhile waits for the lock of the month. Out: how many were posted and their amount.
with payable as (
    select
        event.id as event_id,
        invoice.id as invoice_id
    from billing.event as event
    inner join finance.invoice as invoice
        on
            event.client_plan_id = invoice.client_plan_id
            and event.due_date = invoice.due_date
            -- Said once more as a value, so that the invoices of other due dates are not read.
            and invoice.due_date = (
                select run.due_date
                from billing.run as run
                where run.id = :run_id
            )
    where event.run_id = :run_id and event.status = 'pending' and event.kind = 'charge' and invoice.status = 'open'
),

processed as (
    update billing.event as event
    set status = 'processed', processed_at = now()
    from payable
    where event.id = payable.event_id
    returning event.id, payable.invoice_id, event.amount
),

posted as (
    insert into finance.posting (invoice_id, kind, amount, billing_event_id)
    select
        processed.invoice_id,
        'tv_package',
        processed.amount,
        processed.id
    from processed
    -- In the order of the index, which then grows at its end.
    order by processed.invoice_id
    returning amount
)

select
    count(*) as events,
    coalesce(sum(posted.amount), 0) as amount
from posted
