-- In: plan, client_plan; the temporary table step. Adds what is to be done for it now, after what was planned before.
-- What takes something away is done only if the plan that was approved took it away too.
insert into reconciliation.operation (
    plan_id,
    client_plan_id,
    number,
    action,
    subscriber_uid,
    expected_version,
    target,
    before,
    after,
    reason,
    status,
    outcome,
    done_at
)
with earlier as (
    select
        operation.action,
        operation.target,
        operation.number
    from reconciliation.operation
    where operation.plan_id = :plan and operation.client_plan_id = :client_plan
),

judged as (
    select
        step.*,
        case
            when step.refusal is not null then step.refusal
            when
                step.action in ('end_service', 'remove_device', 'suspend', 'deactivate')
                and not exists (
                    select 1 from earlier
                    where earlier.action = step.action and earlier.target is not distinct from step.target
                )
                then 'NOT_APPROVED: it was not in the plan that was approved, so it is left for the next run'
        end as rejection
    from step
)

select
    :plan,
    judged.client_plan_id,
    judged.number + (select max(earlier.number) from earlier),
    judged.action,
    judged.subscriber_uid,
    judged.expected_version,
    judged.target,
    judged.before,
    judged.after,
    judged.reason,
    case when judged.rejection is null then 'planned' else 'rejected' end,
    judged.rejection,
    case when judged.rejection is not null then now() end
from judged
