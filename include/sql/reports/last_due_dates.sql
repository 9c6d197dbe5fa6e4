-- In: today. Out: for each day of the month, the newest due date that covers it among the TV billing runs that are
-- saved or closed, and its run; none if that was longer ago than a month. A due day past a month's end falls on the
-- month's last day.
select distinct on (day.number)
    day.number as due_day,
    run.due_date,
    run.id as run_id
from billing.run as run
inner join generate_series(1, 31) as day (number)
    on
        day.number >= extract(day from run.due_date)
        and (day.number <= extract(day from run.due_date) or extract(day from run.due_date + 1) = 1)
where
    run.kind = 'tv'
    and run.status in ('saved', 'closed')
    and run.due_date > cast(:today as date) - 35
order by day.number asc, run.due_date desc
