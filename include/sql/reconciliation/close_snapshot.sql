-- In: snapshot, whose rows are all in staging; complete_at (null: now), read_from. Marks it as the snapshot that
-- staging holds. Out: its number of subscribers, parked ones included.
-- The hash is the same for two snapshots of the same state: it depends neither on row order nor on any id of ours.
with counted as (
    select
        count(*) as subscribers,
        coalesce(sum(hash_record_extended(row(digest, external_id, version), 0)), 0) as hash
    from subscriber
),

parked as (
    select
        count(*) as subscribers,
        coalesce(sum(hash_record_extended(row(parked.uid, parked.external_id, parked.reasons), 0)), 0)
            as hash
    from parked_subscriber as parked
),

header as (
    insert into subscriber_snapshot (snapshot_id) values (:snapshot)
    returning snapshot_id
)

update reconciliation.snapshot as snapshot
set
    subscribers = counted.subscribers + parked.subscribers,
    hash = cast(counted.hash + parked.hash as text),
    complete_at = case
        when snapshot.lane = 'full' and snapshot.only_client_plan_id is null then coalesce(:complete_at, now())
    end,
    read_from = :read_from
from counted, parked, header
where snapshot.id = header.snapshot_id
returning snapshot.subscribers
