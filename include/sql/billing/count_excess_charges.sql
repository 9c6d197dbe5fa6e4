-- Out: what was charged beyond what is owed, as it was found last: a row for each due date and reason with the number
-- of packages of client plans, and the sum in reais.
select
    excess.due_date,
    excess.reason,
    count(*) as events,
    sum(excess.amount) as amount
from billing.excess_charge as excess
group by excess.due_date, excess.reason
order by excess.due_date, excess.reason
