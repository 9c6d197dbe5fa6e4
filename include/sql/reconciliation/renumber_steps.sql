-- In: change_set, client_plan; the temporary table step. Numbers the steps after the client plan's earlier operations.
-- A step that takes something away is refused unless the approved change set took it away too.
with earlier as (
    select
        operation.action,
        operation.target,
        operation.number
    from reconciliation.operation
    where operation.change_set_id = :change_set and operation.client_plan_id = :client_plan
)

update step
set
    number = step.number + (select max(earlier.number) from earlier),
    refusal = case
        when step.refusal is not null then step.refusal
        when
            step.action in ('end_service', 'remove_device', 'suspend', 'deactivate')
            and not exists (
                select 1 from earlier
                where earlier.action = step.action and earlier.target is not distinct from step.target
            )
            then 'removal_not_approved'
    end
