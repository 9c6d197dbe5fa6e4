-- In: due_date. Out: how many reversals of charges of the due date wait for an open invoice, and their amount.
select
    count(*) as events,
    coalesce(sum(event.amount), 0) as amount
from billing.event as event
where event.due_date = :due_date and event.kind = 'reversal' and event.status = 'pending'
