-- In: plan, status (approved, rejected, or verified for one that is empty), by, at. Keeps a decision, once.
-- Out: the plan's status, if it was waiting for a decision.
update reconciliation.plan
set
    status = :status,
    decided_by = :by,
    decided_at = :at,
    verified_at = case when :status = 'verified' then now() end
where plan.id = :plan and plan.status = 'planned'
returning plan.status
