-- In: change_set, shown. Out: why operations were rejected, as a code, the most frequent reasons first; with some of
-- their client plans.
select
    operation.action,
    operation.outcome_code as code,
    count(*) as operations,
    count(distinct operation.client_plan_id) as client_plans,
    (array_agg(distinct operation.client_plan_id order by operation.client_plan_id))[1:3] as examples
from reconciliation.operation
where operation.change_set_id = :change_set and operation.status = 'rejected'
group by operation.action, operation.outcome_code
order by operations desc, operation.action asc, operation.outcome_code asc
limit :shown
