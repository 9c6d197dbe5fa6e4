-- In: change_set, shown. Out: some of the differences that nothing explains.
select
    'client plan ' || difference.client_plan_id || ' still needs ' || difference.action
    || coalesce(' ' || difference.target, '') as difference
from reconciliation.difference
where difference.change_set_id = :change_set and difference.rejected_because is null
order by difference.client_plan_id, difference.action, difference.target
limit :shown
