-- In: change_set, client_plan. Supersedes the client plan's operations that are still planned.
update reconciliation.operation
set status = 'superseded', outcome_code = 'recomputed', done_at = now()
where operation.change_set_id = :change_set and operation.client_plan_id = :client_plan and operation.status = 'planned'
