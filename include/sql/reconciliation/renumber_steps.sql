-- In: plan, client_plan; the temporary table step. Puts the steps after what was planned for it before. What takes
-- something away is refused unless the plan that was approved took it away too.
with earlier as (
    select
        operation.action,
        operation.target,
        operation.number
    from reconciliation.operation
    where operation.plan_id = :plan and operation.client_plan_id = :client_plan
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
            then 'NOT_APPROVED: it was not in the plan that was approved, so it is left for the next run'
    end
