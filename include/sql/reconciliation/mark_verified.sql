-- In: plan. Finishes the plan, unless something differs that nothing explains.
update reconciliation.plan
set status = 'verified', verified_at = now()
where
    plan.id = :plan
    and not exists (
        select 1 from reconciliation.difference
        where difference.plan_id = plan.id and difference.rejected_because is null
    )
