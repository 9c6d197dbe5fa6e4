-- In: plan. Out: the plan's id, if it was applied: approved, and still the newest.
update reconciliation.plan
set status = 'applied', applied_at = coalesce(plan.applied_at, now())
where
    plan.id = :plan
    and plan.status in ('approved', 'applied', 'verified')
    and plan.id = (select max(newest.id) from reconciliation.plan as newest)
returning plan.id
