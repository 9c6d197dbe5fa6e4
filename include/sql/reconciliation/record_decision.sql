-- In: change_set, made_at (null: whenever it was made), status (approved, rejected, or verified for an empty change
-- set), by, at. Records a decision, once. Out: the new status, if this change set was waiting for a decision.
update reconciliation.change_set
set
    status = :status,
    decided_by = :by,
    decided_at = :at,
    verified_at = case when :status = 'verified' then now() end
where
    change_set.id = :change_set
    and change_set.status = 'planned'
    and change_set.created_at = coalesce(cast(:made_at as timestamptz), change_set.created_at)
returning change_set.status
