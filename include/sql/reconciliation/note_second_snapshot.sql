-- In: plan, snapshot. Keeps which snapshot showed what became of the plan.
update reconciliation.plan
set second_snapshot_id = :snapshot
where plan.id = :plan
