-- In: client_plan_id. Out: what the last reconciliations that concerned a client plan did on the platform, the newest
-- first.
select
    operation.plan_id,
    operation.action,
    operation.target,
    operation.reason,
    operation.status,
    operation.outcome,
    operation.done_at,
    plan.created_at,
    plan.status as plan_status
from reconciliation.operation as operation
inner join reconciliation.plan as plan on operation.plan_id = plan.id
where operation.client_plan_id = :client_plan_id
order by operation.plan_id desc, operation.number asc
limit 12
