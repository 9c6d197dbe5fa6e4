-- In: change_set, shown. Out: why operations were rejected, the most frequent reasons first; with the platform's own
-- code if the contract does not know it. Details such as a subscriber, a MAC or a request id are left out, or each
-- reason would be counted separately.
with reason as (
    select
        operation.action,
        operation.outcome_code
        || case
            when operation.outcome_code = 'refused_by_platform'
                then coalesce(' ' || split_part(operation.outcome, ': ', 1), '')
            else ''
        end as code,
        operation.client_plan_id
    from reconciliation.operation
    where operation.change_set_id = :change_set and operation.status = 'rejected'
)

select
    reason.action || ': ' || reason.code as reason,
    count(*) as operations,
    count(distinct reason.client_plan_id) as client_plans
from reason
group by reason.action || ': ' || reason.code
order by operations desc, reason asc
limit :shown
