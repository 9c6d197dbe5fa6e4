-- In: change_set, snapshot. Records which snapshot shows the platform after the change set was applied.
update reconciliation.change_set
set second_snapshot_id = :snapshot
where change_set.id = :change_set
