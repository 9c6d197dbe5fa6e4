-- In: change_set. Out: its operations by action, those that take something away first: how many are to be done, on how
-- many client plans, and how many were refused before they were tried.
select
    operation.action,
    count(*) filter (where operation.status <> 'rejected') as operations,
    count(distinct operation.client_plan_id) filter (where operation.status <> 'rejected') as client_plans,
    count(*) filter (where operation.status = 'rejected') as refused
from reconciliation.operation
where operation.change_set_id = :change_set
group by operation.action
order by
    operation.action in ('deactivate', 'suspend', 'end_service', 'remove_device') desc,
    operation.action asc
