-- Out: the due dates whose TV billing changed since their events were last summed, oldest first. Of a closed run,
-- they change only by what billing.count_changes counts; of any other they may change at any time.
select state.due_date
from reports.due_date_state as state
left join reports.due_date as summed on state.due_date = summed.due_date
where
    state.status <> 'closed'
    or (state.status, state.closed_at, state.corrections, state.credits)
    is distinct from (summed.status, summed.closed_at, summed.corrections, summed.credits)
order by state.due_date
