-- In: few. Out: how many changes wait for an event-driven run, by who made them, and since when the oldest does, in
-- seconds since 1970 (null: none). Of any few of them only, because the ERP may have changed a million at once.
with waiting as (
    select
        untaken.reason,
        untaken.id
    from reconciliation.waiting_change() as untaken
    fetch first :few rows only
),

counted as (
    select
        waiting.reason,
        count(*) as changes,
        min(waiting.id) as oldest
    from waiting
    group by waiting.reason
)

select
    reason.code as reason,
    coalesce(counted.changes, 0) as changes,
    extract(epoch from change.created_at) as oldest
from unnest(array['contract', 'service_plan', 'erp']) as reason (code)
left join counted on reason.code = counted.reason
left join reconciliation.pending_change as change on counted.oldest = change.id
order by reason.code
