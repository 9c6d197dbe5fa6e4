-- In: run_id, pending (whether the run has pending charges). Sets the run's status: saved if it has, or else closed;
-- clears a failure that was recorded. Writes only if something changes.
update billing.run as run
set
    status = now_is.status,
    closed_at = case when now_is.status = 'closed' then now() end,
    reason_code = null,
    reason = null
from (select case when :pending then 'saved' else 'closed' end as status) as now_is
where run.id = :run_id and (run.status <> now_is.status or run.reason is not null)
