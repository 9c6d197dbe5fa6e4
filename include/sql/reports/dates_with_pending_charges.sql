-- In: today. Out: the past due dates that may have pending charges, the oldest first.
select run.due_date
from billing.run
where run.kind = 'tv' and run.status <> 'closed' and run.due_date < cast(:today as date)
order by run.due_date
