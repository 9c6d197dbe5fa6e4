-- In: snapshot, client_plan, today. Out: the id of a plan made from the snapshot, without operations yet.
insert into reconciliation.plan (snapshot_id, snapshot_hash, only_client_plan_id, today)
select
    snapshot.id,
    snapshot.hash,
    :client_plan,
    :today
from reconciliation.snapshot
where snapshot.id = :snapshot
returning plan.id
