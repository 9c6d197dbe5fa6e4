-- In: few. Out: of the changes of contracts by people in the last 24 hours: how many were verified on the platform, and
-- within how many seconds a half and nineteen of twenty of them were (null: none). Looks at the last few changes only,
-- because the ERP may have changed a million at once.
with latest as (
    select
        change.created_at,
        change.reason,
        change.change_set_id
    from reconciliation.pending_change as change
    order by change.id desc
    limit :few
),

verified as (
    select extract(epoch from change_set.verified_at - latest.created_at) as seconds
    from latest
    inner join reconciliation.change_set on latest.change_set_id = change_set.id
    where
        latest.reason = 'contract'
        and latest.created_at > now() - interval '24 hours'
        and change_set.verified_at is not null
)

select
    count(*) as verified,
    percentile_cont(0.5) within group (order by verified.seconds) as half,
    percentile_cont(0.95) within group (order by verified.seconds) as most
from verified
