-- In: complete_since. Out: the snapshot that staging holds, if it is one of all subscribers, whole, that can be brought
-- up to date: read completely since then, at a time that the platform told, and with the packages spelled as now.
select
    snapshot.complete_at,
    snapshot.read_from
from reconciliation.snapshot
inner join subscriber_snapshot as held on snapshot.id = held.snapshot_id
where
    snapshot.lane = 'full'
    and snapshot.only_client_plan_id is null
    and snapshot.complete_at >= :complete_since
    and snapshot.read_from is not null
    and snapshot.subscribers
    = (select count(*) from subscriber) + (select count(*) from parked_subscriber)
    and not exists (
        select 1 from tv.package
        where package.changed_at >= snapshot.complete_at
    )
