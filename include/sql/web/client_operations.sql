-- In: client_plan_id. Out: the operations of the last reconciliations on a client plan, the newest first; a service
-- with its `name`.
select
    operation.change_set_id,
    operation.action,
    operation.target,
    package.name,
    operation.reason as reason_code,
    operation.status,
    operation.outcome_code,
    operation.outcome as outcome_raw,
    operation.done_at,
    change_set.created_at,
    change_set.status as change_set_status
from reconciliation.operation as operation
inner join reconciliation.change_set on operation.change_set_id = change_set.id
left join tv.package as package
    on operation.action in ('add_service', 'end_service') and operation.target = package.platform_uid
where operation.client_plan_id = :client_plan_id
order by operation.change_set_id desc, operation.number asc
limit 12
