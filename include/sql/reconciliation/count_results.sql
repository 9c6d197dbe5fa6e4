-- In: change_set. Out: its operations by action and status.
select
    operation.action,
    operation.status,
    count(*) as operations
from reconciliation.operation
where operation.change_set_id = :change_set
group by operation.action, operation.status
order by operation.action, operation.status
