-- In: plan. Forgets what an earlier look at the platform found.
delete from reconciliation.difference
where difference.plan_id = :plan
