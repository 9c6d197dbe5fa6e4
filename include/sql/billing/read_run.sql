-- In: kind (tv or standard), due_date. Out: the run's id, status and reason; no row if it was never opened.
select
    run.id,
    run.status,
    run.reason
from billing.run as run
where run.kind = :kind and run.due_date = :due_date
