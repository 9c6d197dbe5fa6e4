-- In: due_date. Out: each charge of the due date that is reversed without a reversal of the same amount, or has one
-- without being reversed, each reversal whose posting credits another amount than the posting it points at, and each
-- reversal that billing.credit does not have with its amount and with the invoice of its posting.
with event as (
    select
        reversal.id,
        reversal.client_plan_id,
        reversal.amount
    from billing.event_record as reversal
    where reversal.due_date = :due_date and reversal.kind = 'reversal'
),

credit as (
    select
        stored.event_id,
        stored.client_plan_id,
        stored.amount,
        stored.invoice_id
    from billing.credit as stored
    where stored.due_date = :due_date
)

select
    'event ' || charge.id || ' of ' || charge.amount || ' is ' || case when charge.reversed then '' else 'not ' end
    || 'reversed, its reversals are ' || coalesce(sum(reversal.amount), 0) as offender
from billing.event_record as charge
left join billing.correction on charge.id = correction.event_id and correction.action = 'reverse'
left join billing.event_record as reversal
    on correction.reversal_event_id = reversal.id and reversal.due_date = :due_date
where charge.due_date = :due_date and charge.kind = 'charge' and (charge.reversed or correction.id is not null)
group by charge.id, charge.due_date
having
    coalesce(sum(reversal.amount), 0) <> case when charge.reversed then -charge.amount else 0 end
    or count(reversal.id) > 1
    or bool_or(reversal.client_package_id <> charge.client_package_id)
union all
select 'posting ' || reversal.id || ' of ' || reversal.amount || ' reverses one of ' || posting.amount as offender
from finance.posting as reversal
left join finance.posting as posting
    on reversal.reverses_posting_id = posting.id and posting.event_due_date = :due_date
where
    reversal.event_due_date = :due_date
    and reversal.kind = 'reversal'
    and (reversal.amount + posting.amount) is distinct from 0
union all
select
    'credit ' || coalesce(event.id, credit.event_id) || ' of ' || coalesce(event.amount, 0) || ' is posted on invoice '
    || coalesce(cast(posting.invoice_id as text), 'none') || ', billing.credit has ' || coalesce(credit.amount, 0)
    || ' on invoice ' || coalesce(cast(credit.invoice_id as text), 'none') as offender
from event
full join credit on event.id = credit.event_id
left join finance.posting as posting
    on event.id = posting.id and posting.event_due_date = :due_date
where
    (event.client_plan_id, event.amount, posting.invoice_id)
    is distinct from (credit.client_plan_id, credit.amount, credit.invoice_id)
