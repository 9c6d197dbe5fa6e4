-- In: client_plan (one, or null for all), uid_field (the name of the extra field). Creates the temporary table pair:
-- each desired subscriber beside the platform's, where the two differ, and the subscribers that no contract accounts
-- for, with the client plan that they are recorded for, if there is one. Few rows.
-- The only full join carries digests and row addresses, however wide a subscriber is; rows whose digests differ are
-- then read by address and compared in their folded form. If two different states of one client plan had the same
-- digest, the change would be missed until the next one: a chance of one in 2^64.
-- The subscriber whose uid is recorded is a client plan's, whatever its external_id says: of `parked` ones the platform
-- and the record disagree, or they cannot be read. Every record counts, also that of a client plan that is not desired:
-- parked, gone from the ERP, or not looked at now.
-- A table and not part of the next statement, because PostgreSQL parallelises the join only this way.
create temporary table pair on commit drop as
with wanted as (
    select
        desired.ctid as address,
        desired.client_plan_id,
        desired.digest,
        desired.needs_attention
    from desired_subscriber as desired
    where cast(:client_plan as bigint) is null or desired.client_plan_id = cast(:client_plan as bigint)
),

found as (
    select
        actual.ctid as address,
        actual.client_plan_id,
        actual.digest
    from subscriber as actual
    where
        cast(:client_plan as bigint) is null
        or actual.client_plan_id = cast(:client_plan as bigint)
        or reconciliation.folded_uid(actual.uid) = (
            select reconciliation.folded_uid(desired.recorded_uid)
            from desired_subscriber as desired
            where desired.client_plan_id = cast(:client_plan as bigint)
        )
),

suspect as materialized (
    select
        wanted.address as desired_at,
        found.address as actual_at
    from wanted
    full join found on wanted.client_plan_id = found.client_plan_id
    -- As a number, because the planner then expects few rows; of a plain inequality it expects nearly all.
    where cast(coalesce(wanted.digest <> found.digest or wanted.needs_attention, true) as integer) = 1
),

seen as materialized (
    select
        suspect.desired_at,
        suspect.actual_at,
        desired.client_plan_id,
        reconciliation.folded_uid(desired.recorded_uid) as recorded_uid,
        reconciliation.folded_uid(actual.uid) as uid
    from suspect
    left join desired_subscriber as desired on suspect.desired_at = desired.ctid
    left join subscriber as actual on suspect.actual_at = actual.ctid
),

-- The subscriber that is recorded for a client plan, where the external_id says that another is its own, or none.
recorded as materialized (
    select distinct on (plan.desired_at)
        plan.desired_at,
        held.actual_at
    from seen as plan
    inner join seen as held on plan.recorded_uid = held.uid
    where
        plan.desired_at is not null
        and plan.uid is distinct from plan.recorded_uid
        and held.uid is distinct from held.recorded_uid
    order by plan.desired_at, held.actual_at
),

-- The client plan for which a subscriber is recorded that is not the one of its external_id. Where no external_id
-- disagrees, nothing of the records is read.
witness as materialized (
    select
        held.actual_at,
        min(field.client_plan_id) as client_plan_id
    from seen as held
    inner join tv.client_extra_field as field on held.uid = reconciliation.folded_uid(field.value)
    where
        field.name = :uid_field
        and held.uid is distinct from held.recorded_uid
        and field.client_plan_id is distinct from held.client_plan_id
    group by held.actual_at
),

waiting as materialized (
    select subscriber.client_plan_id
    from parked_subscriber as subscriber
    where subscriber.client_plan_id is not null
    union
    select plan.client_plan_id
    from parked_subscriber as subscriber
    inner join seen as plan on reconciliation.folded_uid(subscriber.uid) = plan.recorded_uid
    where plan.client_plan_id is not null
),

matched as (
    select
        recorded.desired_at,
        recorded.actual_at,
        true as parked,
        cast(null as bigint) as recorded_for
    from recorded
    union all
    select
        seen.desired_at,
        case
            when claimed.actual_at is null and (seen.desired_at is null or witness.actual_at is null)
                then seen.actual_at
        end as actual_at,
        claimed.actual_at is not null
        or waiting.client_plan_id is not null
        or (seen.desired_at is not null and witness.actual_at is not null) as parked,
        witness.client_plan_id as recorded_for
    from seen
    left join recorded as claimed on seen.actual_at = claimed.actual_at
    left join witness on seen.actual_at = witness.actual_at
    left join recorded as elsewhere on seen.desired_at = elsewhere.desired_at
    left join waiting on seen.client_plan_id = waiting.client_plan_id
    where elsewhere.desired_at is null and (seen.desired_at is not null or claimed.actual_at is null)
)

select
    desired.client_plan_id,
    desired.client_id,
    desired.owner_changed,
    desired.recorded_uid,
    matched.parked,
    matched.recorded_for,
    actual.uid,
    actual.external_id,
    actual.version,
    actual.status as status_before,
    desired.status,
    desired.because,
    coalesce(actual.services, '{}') as services_before,
    desired.services,
    desired.surplus_services,
    coalesce(actual.devices, '{}') as devices_before,
    desired.devices,
    actual.first_name as first_name_before,
    coalesce(desired.first_name, actual.first_name) as first_name,
    actual.last_name as last_name_before,
    coalesce(desired.last_name, actual.last_name) as last_name,
    desired.status <> 'INACTIVE'
    and actual.uid is not null
    and (
        reconciliation.folded_uid(actual.uid) is distinct from reconciliation.folded_uid(desired.recorded_uid)
        or not desired.has_pin
    ) as pin_unknown
from matched
left join desired_subscriber as desired on matched.desired_at = desired.ctid
left join subscriber as actual on matched.actual_at = actual.ctid
where
    desired.client_plan_id is null
    or matched.parked
    or (actual.uid is null and desired.status <> 'INACTIVE')
    or actual.status <> desired.status
    or (
        actual.first_name <> desired.first_name
        and reconciliation.folded(actual.first_name) <> reconciliation.folded(desired.first_name)
    )
    or (
        actual.last_name <> desired.last_name
        and reconciliation.folded(actual.last_name) <> reconciliation.folded(desired.last_name)
    )
    or actual.services <> desired.services
    or (
        actual.devices <> desired.devices
        and reconciliation.folded_devices(actual.devices) <> reconciliation.folded_devices(desired.devices)
    )
    or (
        actual.uid <> desired.recorded_uid
        and reconciliation.folded_uid(actual.uid) <> reconciliation.folded_uid(desired.recorded_uid)
    )
    or desired.needs_attention
