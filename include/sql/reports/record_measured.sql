-- In: plan, snapshot (the one that was compared with). Keeps which plan the drift is of, and when that was.
insert into reconciliation.drift_measured (plan_id, seen_at)
select
    :plan,
    snapshot.taken_at
from reconciliation.snapshot as snapshot
where snapshot.id = :snapshot
