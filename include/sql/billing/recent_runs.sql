-- In: since. Out: the due dates of the TV billing from that day on, oldest first.
select run.due_date
from billing.run as run
where run.kind = 'tv' and run.due_date >= :since
order by run.due_date
