-- In: plan, concerns. Keeps why a person is asked.
update reconciliation.plan set concerns = :concerns
where plan.id = :plan and plan.status = 'planned'
