-- In: today. Sums the events, charges and reversals, of the due dates from the month a year ago on, by status.
insert into reports.event_status (due_date, status, events, amount)
select
    summed.due_date,
    summed.status,
    sum(summed.events) as events,
    sum(summed.amount) as amount
from reports.due_date_sum as summed
where summed.due_date >= date_trunc('month', cast(:today as date) - interval '12 months')
group by summed.due_date, summed.status
