-- In: plan. Out: what it would do, by action: what takes something away first; and what we know to be impossible.
select
    operation.action,
    count(*) filter (where operation.status <> 'rejected') as operations,
    count(distinct operation.client_plan_id) filter (where operation.status <> 'rejected') as client_plans,
    count(*) filter (where operation.status = 'rejected') as refused
from reconciliation.operation
where operation.plan_id = :plan
group by operation.action
order by
    operation.action in ('deactivate', 'suspend', 'end_service', 'remove_device') desc,
    operation.action asc
