-- In: plan. Out: what it would do, by action, and how much of that is not even tried.
select
    operation.action,
    count(*) as operations,
    count(distinct operation.client_plan_id) as client_plans,
    count(*) filter (where operation.status = 'rejected') as refused
from reconciliation.operation
where operation.plan_id = :plan
group by operation.action
order by operation.action
