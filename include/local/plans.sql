-- In: after, the id of the last plan that is of no interest. Out: each later plan of the reconciliation, what became of
-- its operations, and how many differences a second look at the platform found that nothing explains.
select
    plan.id,
    plan.status,
    plan.managed,
    plan.unmanaged,
    plan.operations,
    (
        select count(*) from reconciliation.operation
        where operation.plan_id = plan.id and operation.status = 'applied'
    ) as applied,
    (
        select count(*) from reconciliation.operation
        where operation.plan_id = plan.id and operation.status = 'rejected'
    ) as rejected,
    (
        select count(*) from reconciliation.difference
        where difference.plan_id = plan.id and difference.rejected_because is null
    ) as unexplained
from reconciliation.plan
where plan.id > cast(:after as bigint)
order by plan.id
