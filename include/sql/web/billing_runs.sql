-- In: due_date. Out: how far the TV billing and the standard billing of a due date have come.
select
    run.kind,
    run.status,
    case when run.reason is not null then coalesce(run.reason_code, 'see_detail') end as reason_code,
    run.reason as reason_raw,
    run.created_at,
    run.closed_at
from billing.run as run
where run.due_date = :due_date
order by run.kind desc
