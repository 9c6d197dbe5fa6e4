-- In: now, late_hours. Out: whether no full reconciliation ended well for so long, and since when. Nothing if none ever
-- did: then it is not in use yet.
select
    '' as key,
    jsonb_build_object('since', last.verified_at) as parameters,
    (
        select count(distinct change.client_plan_id)
        from reconciliation.pending_change as change
        where change.change_set_id is null
    ) as client_plans,
    cast(null as numeric) as amount
from (
    select max(change_set.verified_at) as verified_at
    from reconciliation.change_set
    where
        change_set.lane = 'full'
        and change_set.only_client_plan_id is null
        and change_set.verified_at <= :now
) as last
where last.verified_at < cast(:now as timestamptz) - make_interval(hours => :late_hours)
