-- In: today. Out: the due dates since two months ago whose billing has begun, with the state of each, newest first.
select
    run.due_date,
    max(run.status) filter (where run.kind = 'tv') as tv,
    max(run.status) filter (where run.kind = 'standard') as standard,
    (
        select sum(status.amount)
        from reports.event_status as status
        where status.due_date = run.due_date and status.status <> 'cancelled'
    ) as amount
from billing.run as run
where run.due_date > cast(:today as date) - 62
group by run.due_date
order by run.due_date desc
limit 24
