-- In: plan. Forgets who was nobody's in earlier plans: it is told anew by each, and would fill the disk hour by hour.
delete from reconciliation.unmanaged
where unmanaged.plan_id < :plan
