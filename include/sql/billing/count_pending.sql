-- In: due_date. Out: the number of its pending charges and their sum in reais.
select
    count(*) as count,
    coalesce(sum(pending.amount), 0) as amount
from billing.pending_charge(:due_date) as pending
