-- In: run_id. The run is closed when none of its events is pending, else saved. Writes only a change.
update billing.run as run
set status = now_is.status, closed_at = case when now_is.status = 'closed' then now() end, reason = null
from (
    select
        case
            when exists (
                select 1 from billing.event as event
                where event.run_id = :run_id and event.status = 'pending' and event.kind = 'charge'
            ) then 'saved'
            else 'closed'
        end as status
) as now_is
where run.id = :run_id and run.status <> now_is.status
