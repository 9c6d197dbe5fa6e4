-- In: due_date. Out: the number of pending reversals of the due date's charges, which wait for an open invoice, and
-- their sum in reais.
select
    count(*) as count,
    coalesce(sum(event.amount), 0) as amount
from billing.event as event
where event.due_date = :due_date and event.kind = 'reversal' and event.status = 'pending'
