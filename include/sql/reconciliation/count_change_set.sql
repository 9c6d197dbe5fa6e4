-- In: change_set. Writes the counts that the guard checks. A device replaced by another is not a removal.
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
    where operation.change_set_id = :change_set and operation.status = 'planned'
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

update reconciliation.change_set
set
    desired = staged.desired,
    managed = staged.managed,
    provisioned = staged.provisioned,
    unmanaged = (
        select count(*) from reconciliation.unmanaged
        where unmanaged.change_set_id = change_set.id
    ),
    operations = changed.operations,
    client_plans = changed.client_plans,
    removals = changed.removals
from staged, changed
where change_set.id = :change_set
