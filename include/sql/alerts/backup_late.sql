-- In: now, late_hours. Out: whether no verified backup was made for so long, and since when. Nothing if none was ever
-- made by multitv.backup: then something else makes them. What a clock that was ahead noted does not count.
select
    '' as key,
    jsonb_build_object('since', last.made_at) as parameters,
    cast(null as bigint) as client_plans,
    cast(null as numeric) as amount
from (
    select max(backup.made_at) as made_at
    from alerts.backup
    where backup.made_at <= :now
) as last
where last.made_at < cast(:now as timestamptz) - make_interval(hours => :late_hours)
