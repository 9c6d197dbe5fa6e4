-- In: few. Out: how many changes wait for an event-driven run, by who made them, and since when the oldest does, in
-- seconds since 1970 (null: none). Of the last few changes only, because the ERP may have changed a million at once.
with waiting as (
    select
        untaken.reason,
        change.created_at
    from reconciliation.waiting_change() as untaken
    inner join reconciliation.pending_change as change on untaken.id = change.id
    order by untaken.id desc
    limit :few
)

select
    reason.code as reason,
    count(waiting.created_at) as changes,
    extract(epoch from min(waiting.created_at)) as oldest
from unnest(array['contract', 'service_plan', 'erp']) as reason (code)
left join waiting on reason.code = waiting.reason
group by reason.code
order by reason.code
