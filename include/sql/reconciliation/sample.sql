-- In: plan, shown. Out: some operations of each action. What is before and after holds no secret.
with numbered as (
    select
        operation.client_plan_id,
        operation.action,
        operation.target,
        coalesce(cast(operation.before as text), '') as before,
        coalesce(cast(operation.after as text), '') as after,
        coalesce(operation.outcome, operation.reason) as reason,
        row_number() over (
            partition by operation.action order by operation.client_plan_id, operation.number
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
order by numbered.action, numbered.place
