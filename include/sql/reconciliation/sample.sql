-- In: plan, shown. Out: some operations of each action, what takes something away first, and what is impossible last.
-- What is before and after holds no secret.
with numbered as (
    select
        operation.client_plan_id,
        operation.action,
        operation.target,
        operation.before,
        operation.after,
        operation.status = 'rejected' as impossible,
        coalesce(operation.outcome, operation.reason) as reason,
        row_number() over (
            partition by operation.action, operation.status
            order by operation.client_plan_id, operation.number
        ) as place
    from reconciliation.operation
    where operation.plan_id = :plan
)

select
    numbered.client_plan_id,
    numbered.action,
    numbered.target,
    numbered.before,
    numbered.after,
    numbered.reason
from numbered
where numbered.place <= :shown
order by
    numbered.impossible asc,
    numbered.action in ('deactivate', 'suspend', 'end_service', 'remove_device') desc,
    numbered.action asc,
    numbered.place asc
