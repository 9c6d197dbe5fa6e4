-- In: change_set, shown. Out: why operations were rejected, the most frequent reasons first. Details such as a
-- subscriber, a MAC or a request id are left out, or each reason would be counted separately.
select
    operation.action || ': ' || split_part(operation.outcome, ': ', 1) as reason,
    count(*) as operations,
    count(distinct operation.client_plan_id) as client_plans
from reconciliation.operation
where operation.change_set_id = :change_set and operation.status = 'rejected'
group by operation.action || ': ' || split_part(operation.outcome, ': ', 1)
order by operations desc, reason asc
limit :shown
