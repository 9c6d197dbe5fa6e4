-- In: the temporary table pair. Creates the temporary table step: what makes the platform's subscribers equal to the
-- desired ones, numbered in order within a client plan. `reason` and `refusal` (why a step is not tried at all) are
-- codes. Putting a basic service replaces the live one, so a basic service is ended only where none replaces it.
-- A parked client plan is left alone; only a contract that ends takes the TV from the subscriber recorded for it,
-- unless its external_id says another contract that has not ended: a person may have handed it over. What the platform
-- accepted twice and shows in a form of its own is not sent again.
create temporary table step on commit drop as
with handed_over as materialized (
    select pair.client_plan_id
    from pair
    inner join erp.client_plan as other on btrim(pair.external_id) = cast(other.id as text)
    where
        pair.parked
        and pair.status = 'INACTIVE'
        and other.id <> pair.client_plan_id
        and other.status is distinct from 'cancelled'
        and (other.cancelled_on > current_date) is not false
),

ours as (
    select pair.* from pair
    where
        pair.client_plan_id is not null
        and (pair.uid is not null or pair.status <> 'INACTIVE')
        and (
            not pair.parked
            or (
                pair.status = 'INACTIVE'
                and reconciliation.folded_uid(pair.uid) = reconciliation.folded_uid(pair.recorded_uid)
                and not exists (
                    select from handed_over
                    where handed_over.client_plan_id = pair.client_plan_id
                )
            )
        )
),

service as (
    select
        ours.client_plan_id,
        both_sides.sold_uid,
        both_sides.live_uid,
        coalesce(package.service_type = 'BASIC_SERVICE', false) as basic,
        coalesce(package.active, false) as active,
        -- Whether a basic service is sold, which takes the place of one that is live.
        coalesce(
            bool_or(package.service_type = 'BASIC_SERVICE' and both_sides.sold_uid is not null)
                over (partition by ours.client_plan_id),
            false
        ) as replaced
    from ours
    cross join
        lateral (
            select
                s.uid as sold_uid,
                l.uid as live_uid
            from unnest(ours.services) as s (uid)
            full join unnest(ours.services_before) as l (uid) on s.uid = l.uid
        ) as both_sides
    left join tv.package as package on coalesce(both_sides.sold_uid, both_sides.live_uid) = package.platform_uid
),

unordered as (
    select
        ours.client_plan_id,
        case when ours.uid is null or ours.status in (ours.status_before, 'ACTIVE') then 10 else 90 end as place,
        case
            when ours.uid is null then 'create'
            when ours.status = ours.status_before then 'update'
            when ours.status = 'INACTIVE' then 'deactivate'
            when ours.status = 'SUSPENDED' then 'suspend'
            else 'resume'
        end as action,
        cast(null as text) as target,
        case
            when ours.uid is not null
                then jsonb_build_object(
                    'first_name', ours.first_name_before,
                    'last_name', ours.last_name_before,
                    'status', ours.status_before
                )
        end as before,
        jsonb_build_object(
            'first_name', ours.first_name, 'last_name', ours.last_name, 'status', ours.status
        ) as after,
        case
            when ours.uid is null then 'subscriber_is_missing'
            when ours.status = ours.status_before then 'name_differs'
            else ours.because
        end as reason,
        case
            when ours.uid is null and coalesce(ours.first_name, '') = '' then 'client_without_name'
        end as refusal
    from ours
    where
        ours.uid is null
        or ours.status <> ours.status_before
        or reconciliation.folded(ours.first_name) <> reconciliation.folded(ours.first_name_before)
        or reconciliation.folded(ours.last_name) <> reconciliation.folded(ours.last_name_before)
    union all
    select
        ours.client_plan_id,
        15,
        'recover_pin',
        null,
        null,
        null,
        case when ours.owner_changed then 'owner_changed' else 'pin_is_unknown' end,
        null
    from ours
    where ours.pin_unknown
    union all
    select
        service.client_plan_id,
        case
            when service.live_uid is null then case when service.basic then 30 else 35 end
            -- The basic service carries the others, so it ends last.
            when service.basic then 50
            else 25
        end,
        case when service.live_uid is null then 'add_service' else 'end_service' end,
        coalesce(service.sold_uid, service.live_uid),
        case when service.live_uid is not null then jsonb_build_object('service_uid', service.live_uid) end,
        case when service.sold_uid is not null then jsonb_build_object('service_uid', service.sold_uid) end,
        case when service.live_uid is null then 'service_is_missing' else 'service_is_not_sold' end,
        case when service.live_uid is null and not service.active then 'service_is_inactive' end
    from service
    where
        service.live_uid is null
        or (service.sold_uid is null and not (service.basic and service.replaced))
    union all
    select
        ours.client_plan_id,
        36,
        'add_service',
        surplus.uid,
        null,
        jsonb_build_object('service_uid', surplus.uid),
        'service_is_missing',
        'second_basic_service'
    from ours
    cross join lateral unnest(ours.surplus_services) as surplus (uid)
    union all
    select
        ours.client_plan_id,
        case when both_sides.sold_mac is null then 1 when both_sides.live_mac is null then 60 else 61 end,
        case
            when both_sides.sold_mac is null then 'remove_device'
            when both_sides.live_mac is null then 'add_device'
            else 'edit_device'
        end,
        coalesce(both_sides.sold_mac, both_sides.live_mac),
        both_sides.live_device,
        both_sides.sold_device,
        case
            when both_sides.sold_mac is null then 'device_is_no_point'
            when both_sides.live_mac is null then 'device_is_missing'
            else 'device_differs'
        end,
        null
    from ours
    cross join lateral (
        select
            s.key as sold_mac,
            s.value as sold_device,
            l.key as live_mac,
            l.value as live_device
        from jsonb_each(ours.devices) as s
        full join jsonb_each(ours.devices_before) as l on s.key = l.key
        where
            s.value is null
            or l.value is null
            or (
                s.value <> l.value
                and reconciliation.folded_device(s.value) <> reconciliation.folded_device(l.value)
            )
    ) as both_sides
)

select
    unordered.client_plan_id,
    cast(
        row_number() over (
            partition by unordered.client_plan_id order by unordered.place, unordered.target
        ) as integer
    ) as number,
    unordered.action,
    unordered.target,
    unordered.before,
    unordered.after,
    unordered.reason,
    unordered.refusal,
    ours.uid as subscriber_uid,
    ours.version as expected_version,
    case when unordered.action in ('create', 'recover_pin') then ours.client_id end as client_id
from unordered
inner join ours on unordered.client_plan_id = ours.client_plan_id
where
    unordered.action not in ('update', 'edit_device')
    or not exists (
        select 1
        from reconciliation.stored_otherwise as known
        where
            known.client_plan_id = unordered.client_plan_id
            and known.action = unordered.action
            and known.target = coalesce(unordered.target, '')
            and known.sent = unordered.after - 'status'
            and known.stored = unordered.before - 'status'
            and known.times > 1
    )
