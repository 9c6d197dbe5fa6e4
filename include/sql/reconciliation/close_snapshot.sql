-- In: snapshot, whose rows are all in staging. Makes it the one that staging holds. Out: its number of subscribers.
-- The hash tells two snapshots of one state apart from those of two: neither order nor any id of ours is in it.
with counted as (
    select
        count(*) as subscribers,
        cast(coalesce(sum(hash_record_extended(row(digest, external_id, version), 0)), 0) as text) as hash
    from staging.subscriber
),

header as (
    insert into staging.subscriber_snapshot (snapshot_id) values (:snapshot)
    returning snapshot_id
)

update reconciliation.snapshot as snapshot
set subscribers = counted.subscribers, hash = counted.hash
from counted, header
where snapshot.id = header.snapshot_id
returning snapshot.subscribers
