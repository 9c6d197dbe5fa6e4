-- In: change_set, client_plans (null: all), uid_field (the name of the extra field); the temporary table pair; after
-- the parked contracts. Writes the counts of both sides that the guard checks; those of all client plans
-- only if it looked at all of them. What is parked, or ends for a stated reason, is there: no source has lost it.
with staged as (
    select
        count(*) filter (where desired.status <> 'INACTIVE') as desired,
        count(*) filter (where actual.uid is not null or pair.parked) as managed,
        count(desired.recorded_uid) as provisioned,
        count(*) filter (
            where desired.status = 'INACTIVE'
            and (pair.parked or actual.uid is not null)
            and coalesce(pair.status_before, actual.status, 'ACTIVE') <> 'INACTIVE'
        ) as ended
    from desired_subscriber as desired
    left join subscriber as actual on desired.client_plan_id = actual.client_plan_id
    left join pair on desired.client_plan_id = pair.client_plan_id and pair.parked
),

served as (
    select actual.client_plan_id
    from subscriber as actual
    where actual.status <> 'INACTIVE'
    union all
    select pair.recorded_for
    from pair
    where pair.status_before <> 'INACTIVE'
    union all
    select unreadable.client_plan_id
    from parked_subscriber as unreadable
),

parked as (
    select count(*) as client_plans
    from reconciliation.parked_client_plan as parked
    where
        parked.change_set_id = :change_set
        and parked.client_plan_id in (select served.client_plan_id from served)
),

recorded as (
    select count(*) as client_plans
    from tv.client_extra_field as uid
    where cast(:client_plans as bigint[]) is null and uid.name = :uid_field
),

forsaken as (
    select count(*) as subscribers
    from tv.client_extra_field as uid
    inner join subscriber as actual on uid.value = actual.uid
    where
        cast(:client_plans as bigint[]) is null
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
    without_contract = forsaken.subscribers,
    ended_or_parked = staged.ended + parked.client_plans
from staged, parked, recorded, forsaken
where change_set.id = :change_set
