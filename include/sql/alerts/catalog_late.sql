-- In: now, late_hours. Out: whether no catalogue sync ended well for so long, and since when. Nothing if none ever did.
select
    '' as key,
    jsonb_build_object('since', last.merged_at) as parameters,
    cast(null as bigint) as client_plans,
    cast(null as numeric) as amount
from (
    select max(sync.merged_at) as merged_at
    from tv.catalog_sync as sync
    where sync.merged_at <= :now
) as last
where last.merged_at < cast(:now as timestamptz) - make_interval(hours => :late_hours)
