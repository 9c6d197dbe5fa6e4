-- In: due_date. Out: the billing events of a due date by kind and status.
select
    event.kind,
    event.status,
    count(*) as events,
    sum(event.amount) as amount
from billing.event as event
where event.due_date = cast(:due_date as date)
group by event.kind, event.status
order by event.kind, event.status
