-- Out: the operations of the reconciliations of the last month, by day and kind.
select
    operation.day,
    operation.action,
    sum(operation.operations) as operations,
    sum(operation.operations) filter (where operation.status = 'rejected') as rejected
from reports.operation as operation
group by operation.day, operation.action
order by operation.day, operation.action
