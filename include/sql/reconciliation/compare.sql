-- In: client_plan (one, or null for all). Creates the temporary table pair: each desired subscriber beside the
-- platform's, where the two differ, and the subscribers that no contract accounts for. Few rows.
-- The only full join carries digests and row addresses, however wide a subscriber is; rows whose digests differ are
-- then read by address and compared. If two different states of one client plan had the same digest, the change would
-- be missed until the next one: a chance of one in 2^64.
-- A table and not part of the next statement, because PostgreSQL parallelises the join only this way.
create temporary table pair on commit drop as
with wanted as (
    select
        desired.ctid as address,
        desired.client_plan_id,
        desired.digest,
        desired.needs_attention
    from staging.desired_subscriber as desired
    where cast(:client_plan as bigint) is null or desired.client_plan_id = cast(:client_plan as bigint)
),

found as (
    select
        actual.ctid as address,
        actual.client_plan_id,
        actual.digest
    from staging.subscriber as actual
    where cast(:client_plan as bigint) is null or actual.client_plan_id = cast(:client_plan as bigint)
),

suspect as materialized (
    select
        wanted.address as desired_at,
        found.address as actual_at
    from wanted
    full join found on wanted.client_plan_id = found.client_plan_id
    -- As a number, because the planner then expects few rows; of a plain inequality it expects nearly all.
    where cast(coalesce(wanted.digest <> found.digest or wanted.needs_attention, true) as integer) = 1
)

select
    desired.client_plan_id,
    desired.client_id,
    desired.owner_changed,
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
    and (actual.uid is distinct from desired.recorded_uid or not desired.has_pin) as pin_unknown
from suspect
left join staging.desired_subscriber as desired on suspect.desired_at = desired.ctid
left join staging.subscriber as actual on suspect.actual_at = actual.ctid
where
    desired.client_plan_id is null
    or (actual.uid is null and desired.status <> 'INACTIVE')
    or actual.status <> desired.status
    or actual.first_name <> desired.first_name
    or actual.last_name <> desired.last_name
    or actual.services <> desired.services
    or actual.devices <> desired.devices
    or actual.uid <> desired.recorded_uid
    or desired.needs_attention
