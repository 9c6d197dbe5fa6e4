-- In: plan. Writes the counts that the guard judges. A device for a device is no loss.
with by_client_plan as (
    select
        operation.client_plan_id,
        count(*) as operations,
        count(*) filter (where operation.action in ('end_service', 'suspend', 'deactivate'))
        + greatest(
            0,
            count(*) filter (where operation.action = 'remove_device')
            - count(*) filter (where operation.action = 'add_device')
        ) as losses
    from reconciliation.operation
    where operation.plan_id = :plan and operation.status = 'planned'
    group by operation.client_plan_id
),

changed as (
    select
        coalesce(sum(by_client_plan.operations), 0) as operations,
        count(*) as client_plans,
        count(*) filter (where by_client_plan.losses > 0) as removals
    from by_client_plan
),

staged as (
    select
        count(*) filter (where desired.status <> 'INACTIVE') as desired,
        count(actual.uid) as managed,
        count(desired.recorded_uid) as provisioned
    from staging.desired_subscriber as desired
    left join staging.subscriber as actual on desired.client_plan_id = actual.client_plan_id
)

update reconciliation.plan
set
    desired = staged.desired,
    managed = staged.managed,
    provisioned = staged.provisioned,
    unmanaged = (
        select count(*) from reconciliation.unmanaged
        where unmanaged.plan_id = plan.id
    ),
    operations = changed.operations,
    client_plans = changed.client_plans,
    removals = changed.removals
from staged, changed
where plan.id = :plan
