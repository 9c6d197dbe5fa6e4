-- Posts each pending reversal on the first open invoice of its client plan that is not older than the charge: on the
-- charge's own, or, where that was closed or paid meanwhile, on the next one. What has none stays pending.
-- Out: how many were posted and their amount.
with payable as (
    select
        event.id as event_id,
        charged.id as reversed_posting_id,
        invoice.id as invoice_id
    from billing.event as event
    inner join billing.correction on event.id = correction.reversal_event_id
    inner join finance.posting as charged on correction.event_id = charged.billing_event_id
    cross join
        lateral (
            select open_one.id
            from finance.invoice as open_one
            where
                open_one.client_plan_id = event.client_plan_id
                and open_one.due_date >= event.due_date
                and open_one.status = 'open'
            order by open_one.due_date
            limit 1
            for share
        ) as invoice
    where event.kind = 'reversal' and event.status = 'pending'
),

processed as (
    update billing.event as event
    set status = 'processed', processed_at = now()
    from payable
    where event.id = payable.event_id
    returning event.id, payable.invoice_id, payable.reversed_posting_id, event.amount
),

posted as (
    insert into finance.posting (invoice_id, kind, amount, billing_event_id, reverses_posting_id)
    select
        processed.invoice_id,
        'reversal',
        processed.amount,
        processed.id,
        processed.reversed_posting_id
    from processed
    returning amount
)

select
    count(*) as events,
    coalesce(sum(posted.amount), 0) as amount
from posted
