-- In: plan, shown. Out: why operations were rejected, the most frequent reasons first. What names a subscriber, a MAC
-- or a request is left out of a reason, or each would be one of its own.
select
    operation.action || ': ' || split_part(operation.outcome, ': ', 1) as reason,
    count(*) as operations,
    count(distinct operation.client_plan_id) as client_plans
from reconciliation.operation
where operation.plan_id = :plan and operation.status = 'rejected'
group by operation.action || ': ' || split_part(operation.outcome, ': ', 1)
order by operations desc, reason asc
limit :shown
