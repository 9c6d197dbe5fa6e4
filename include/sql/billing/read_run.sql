-- In: kind (tv or standard), due_date. Out: the run's id, status, reason and moved_away; no row if it was never opened.
select
    run.id,
    run.status,
    run.reason,
    run.moved_away
from billing.run as run
where run.kind = :kind and run.due_date = :due_date
