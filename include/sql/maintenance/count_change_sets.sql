-- In: days. Out: how many rows change sets that are older have, themselves included, without their snapshots.
select
    count(*)
    + coalesce(sum((select count(*) from reconciliation.operation as done where done.change_set_id = sets.id)), 0) as old
from reconciliation.old_change_set(:days) as sets
