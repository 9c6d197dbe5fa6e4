-- In: since (a due date). Out: the billing events by due date and status.
select
    status.due_date,
    status.status,
    status.events,
    status.amount
from reports.event_status as status
where status.due_date >= :since
order by status.due_date, status.status
