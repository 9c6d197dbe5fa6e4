-- In: due_date. Out: each reversal of the due date that billing.credit does not have with its amount, be it void or
-- not; whose postings, payouts and rest do not add up to it; or whose postings are not those of billing.credit_posting.
with reversal as (
    select
        event.id,
        event.client_plan_id,
        event.cancelled_at,
        event.amount
    from billing.event_record as event
    where event.due_date = :due_date and event.kind = 'reversal'
),

credit as (
    select stored.*
    from billing.credit as stored
    where stored.due_date = :due_date
),

posted as (
    select
        posting.billing_event_id as event_id,
        sum(posting.amount) as amount,
        array_agg((posting.id, posting.invoice_id, posting.amount) order by posting.id) as postings
    from finance.posting
    where posting.event_due_date = :due_date and posting.kind = 'reversal'
    group by posting.billing_event_id
),

kept as (
    select
        copy.event_id,
        array_agg((copy.posting_id, copy.invoice_id, copy.amount) order by copy.posting_id) as postings
    from billing.credit_posting as copy
    where copy.due_date = :due_date
    group by copy.event_id
),

paid_out as (
    select
        payout.event_id,
        sum(payout.amount) as amount
    from billing.payout
    where payout.due_date = :due_date and payout.withdrawn_at is null
    group by payout.event_id
)

select
    'credit ' || coalesce(reversal.id, credit.event_id) || ' of ' || coalesce(reversal.amount, 0) || ' is '
    || coalesce(credit.amount, 0) || ' in billing.credit: ' || coalesce(posted.amount, 0) || ' posted, '
    || coalesce(paid_out.amount, 0) || ' to pay out, ' || coalesce(credit.rest, 0) || ' left' as offender
from reversal
full join credit on reversal.id = credit.event_id
left join posted on coalesce(reversal.id, credit.event_id) = posted.event_id
left join kept on coalesce(reversal.id, credit.event_id) = kept.event_id
left join paid_out on coalesce(reversal.id, credit.event_id) = paid_out.event_id
where
    (reversal.client_plan_id, reversal.amount, reversal.cancelled_at is not null)
    is distinct from (credit.client_plan_id, credit.amount, credit.voided)
    or posted.postings is distinct from kept.postings
    or case when credit.voided then 0 else -credit.amount end
    <> credit.rest - coalesce(posted.amount, 0) + coalesce(paid_out.amount, 0)
