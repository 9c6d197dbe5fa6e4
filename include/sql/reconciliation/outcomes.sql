-- In: plan. Out: what became of its operations, by action.
select
    operation.action,
    operation.status,
    count(*) as operations
from reconciliation.operation
where operation.plan_id = :plan
group by operation.action, operation.status
order by operation.action, operation.status
