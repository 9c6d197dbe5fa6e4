-- In: change_set, shown. Out: some operations of each action, those that take something away first and refused ones
-- last. `reason` is a code; a service is shown by its name.
-- Neither `before` nor `after` holds a secret.
with numbered as (
    select
        operation.client_plan_id,
        operation.action,
        coalesce(package.name, operation.target) as target,
        operation.before,
        operation.after,
        operation.status = 'rejected' as impossible,
        coalesce(operation.outcome_code, operation.reason) as reason,
        row_number() over (
            partition by operation.action, operation.status
            order by operation.client_plan_id, operation.number
        ) as place
    from reconciliation.operation
    left join tv.package as package
        on operation.action in ('add_service', 'end_service') and operation.target = package.platform_uid
    where operation.change_set_id = :change_set
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
