-- In: snapshot, whose rows are all in staging. Marks it as the snapshot that staging holds. Out: its number of
-- subscribers.
-- The hash is the same for two snapshots of the same state: it depends neither on row order nor on any id of ours.
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
