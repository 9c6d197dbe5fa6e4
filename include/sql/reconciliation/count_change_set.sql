-- In: change_set, client_plan (one, or null for all), uid_field (the name of the extra field). Writes the counts of
-- both sides that the guard checks; those of all client plans only if it looked at all of them.
with staged as (
    select
        count(*) filter (where desired.status <> 'INACTIVE') as desired,
        count(actual.uid) as managed,
        count(desired.recorded_uid) as provisioned
    from staging.desired_subscriber as desired
    left join staging.subscriber as actual on desired.client_plan_id = actual.client_plan_id
),

recorded as (
    select count(*) as client_plans
    from tv.client_extra_field as uid
    where cast(:client_plan as bigint) is null and uid.name = :uid_field
),

forsaken as (
    select count(*) as subscribers
    from tv.client_extra_field as uid
    inner join staging.subscriber as actual on uid.value = actual.uid
    where
        cast(:client_plan as bigint) is null
        and uid.name = :uid_field
        and actual.status <> 'INACTIVE'
        and not exists (
            select from erp.client_plan as plan
            where plan.id = uid.client_plan_id
        )
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
    creations = (
        select count(*) from reconciliation.operation
        where operation.change_set_id = change_set.id and operation.action = 'create'
    ),
    recorded = recorded.client_plans,
    without_contract = forsaken.subscribers
from staged, recorded, forsaken
where change_set.id = :change_set
