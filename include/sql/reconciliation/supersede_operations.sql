-- In: plan, client_plan. What was still to be done for it is not done any more.
update reconciliation.operation
set status = 'superseded', outcome = 'planned anew', done_at = now()
where operation.plan_id = :plan and operation.client_plan_id = :client_plan and operation.status = 'planned'
