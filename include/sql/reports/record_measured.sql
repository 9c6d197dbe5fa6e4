-- In: change_set, snapshot (the one that was compared with). Records which change set the discrepancies are of, and
-- when its snapshot was taken.
insert into reports.discrepancy_measured (change_set_id, seen_at)
select
    :change_set,
    snapshot.taken_at
from reconciliation.snapshot as snapshot
where snapshot.id = :snapshot
