-- In: snapshot, whose lane it has; client_plan (one, or null), today. Inserts a change set without operations. Out: its
-- id.
insert into reconciliation.change_set (snapshot_id, snapshot_hash, lane, only_client_plan_id, today)
select
    snapshot.id,
    snapshot.hash,
    snapshot.lane,
    :client_plan,
    :today
from reconciliation.snapshot
where snapshot.id = :snapshot
returning change_set.id
