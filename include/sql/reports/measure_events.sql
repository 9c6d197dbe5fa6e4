-- In: today, at_most. Out: the billing events of the due dates from a month ago on, as tv_dashboard summed them, by
-- status; of the newest due dates, so many at most.
with shown as (
    select distinct summed.due_date
    from reports.event_status as summed
    where summed.due_date >= cast(:today as date) - 31
    order by summed.due_date desc
    limit :at_most
)

select
    to_char(shown.due_date, 'YYYY-MM-DD') as due_date,
    status.code as status,
    coalesce(summed.events, 0) as events,
    coalesce(summed.amount, 0) as amount
from shown
cross join unnest(array['pending', 'processed', 'cancelled']) as status (code)
left join reports.event_status as summed on shown.due_date = summed.due_date and status.code = summed.status
order by shown.due_date, status.code
