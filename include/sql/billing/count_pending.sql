-- In: due_date. Out: how many of its charges are pending, and their amount.
select
    count(*) as events,
    coalesce(sum(pending.amount), 0) as amount
from billing.pending_charge(:due_date) as pending
