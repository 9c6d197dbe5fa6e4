-- In: snapshot. Out: its row, if staging holds all of it.
select
    snapshot.id,
    snapshot.hash,
    snapshot.subscribers
from reconciliation.snapshot
inner join subscriber_snapshot as held on snapshot.id = held.snapshot_id
where
    snapshot.id = :snapshot
    and snapshot.subscribers
    = (select count(*) from subscriber) + (select count(*) from parked_subscriber)
