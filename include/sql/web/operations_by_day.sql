-- Out: what differed between contracts and platform in the last month, by day and kind of operation.
select
    operation.day,
    operation.action,
    sum(operation.operations) as operations,
    sum(operation.operations) filter (where operation.status = 'rejected') as rejected
from dashboard.operation as operation
group by operation.day, operation.action
order by operation.day, operation.action
