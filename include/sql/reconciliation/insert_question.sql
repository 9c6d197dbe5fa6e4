-- In: change_set, waiting_since (null: now). Inserts the change set of a question, split from this one, without
-- operations. Out: its id.
insert into reconciliation.change_set (
    snapshot_id, snapshot_hash, today, desired, managed, provisioned, unmanaged, split_from, waiting_since
)
select
    whole.snapshot_id,
    whole.snapshot_hash,
    whole.today,
    whole.desired,
    whole.managed,
    whole.provisioned,
    whole.unmanaged,
    whole.id,
    coalesce(cast(:waiting_since as timestamptz), now())
from reconciliation.change_set as whole
where whole.id = :change_set
returning change_set.id
