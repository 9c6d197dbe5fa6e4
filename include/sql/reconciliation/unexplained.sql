-- In: plan, shown. Out: some of the differences that nothing explains.
select
    'client plan ' || difference.client_plan_id || ' still needs ' || difference.action
    || coalesce(' ' || difference.target, '') as difference
from reconciliation.difference
where difference.plan_id = :plan and difference.rejected_because is null
order by difference.client_plan_id, difference.action, difference.target
limit :shown
