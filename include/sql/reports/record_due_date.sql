-- In: due_date. Records the state of its TV billing before its events are summed: what happens later is summed again.
insert into reports.due_date (due_date, status, closed_at, corrections, credits)
select
    state.due_date,
    state.status,
    state.closed_at,
    state.corrections,
    state.credits
from reports.due_date_state as state
where state.due_date = :due_date
on conflict (due_date) do update
    set
        status = excluded.status,
        closed_at = excluded.closed_at,
        corrections = excluded.corrections,
        credits = excluded.credits,
        summed_at = now()
