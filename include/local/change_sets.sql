-- In: after, the id of the last change set to leave out. Out: each later change set, the results of its operations, and
-- how many differences nothing explains after its verification.
select
    change_set.id,
    change_set.status,
    change_set.managed,
    change_set.unmanaged,
    change_set.operations,
    (
        select count(*) from reconciliation.operation
        where operation.change_set_id = change_set.id and operation.status = 'applied'
    ) as applied,
    (
        select count(*) from reconciliation.operation
        where operation.change_set_id = change_set.id and operation.status = 'rejected'
    ) as rejected,
    (
        select count(*) from reconciliation.difference
        where difference.change_set_id = change_set.id and difference.rejected_because is null
    ) as unexplained
from reconciliation.change_set
where change_set.id > cast(:after as bigint)
order by change_set.id
