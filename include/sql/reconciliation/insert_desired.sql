-- In: today, client_plans (null: all), uid_field and pin_field (the names of the two extra fields). Stages each client
-- plan that we manage: its service plan allows TV, or we have provisioned it before.
-- A contract that is gone from the ERP, is parked, or starts later is left out here, and so is not touched.
insert into desired_subscriber (
    client_plan_id,
    first_name,
    last_name,
    status,
    because,
    services,
    surplus_services,
    devices,
    recorded_uid,
    has_pin,
    client_id,
    owner_changed
)
with client as (
    select
        named.id,
        nullif(reconciliation.single_spaced(named.name), '') as name
    from erp.client as named
    -- One that the ERP repeats has no name that could be relied on.
    where (named.id in (select repeated.id from history.repeated_id('erp.client') as repeated)) is not true
),

contract as (
    select
        stated.id,
        stated.client_id,
        stated.package_id,
        -- The platform forgets the name as well, whether or not the ERP still has the client.
        case when erased.client_id is null then client.name else privacy.erased_name() end as name,
        stated.status,
        stated.because,
        recorded.value as recorded_uid,
        pin.value is not null as pin_is_recorded,
        reconciliation.pin_is_of(pin.client_id, case when stated.client_id > 0 then stated.client_id end) as pin_is_ours
    from reconciliation.stated_contract(cast(:today as date), cast(:client_plans as bigint[])) as stated
    left join tv.client_extra_field as recorded on stated.id = recorded.client_plan_id and recorded.name = :uid_field
    left join tv.client_extra_field as pin on stated.id = pin.client_plan_id and pin.name = :pin_field
    left join client on stated.client_id = client.id
    left join privacy.erased_client() as erased on stated.client_id = erased.client_id
    where stated.parked is null and stated.begun and (stated.allows_tv or recorded.value is not null)
),

held as (
    select
        contract.id as client_plan_id,
        contract.package_id,
        0 as place
    from contract
    where contract.status <> 'INACTIVE' and contract.package_id is not null
    union all
    select
        sold.client_plan_id,
        sold.package_id,
        1 as place
    from contract
    inner join tv.client_package as sold on contract.id = sold.client_plan_id
    where
        contract.status <> 'INACTIVE'
        and sold.added_on <= cast(:today as date)
        and (sold.cancelled_on is null or sold.cancelled_on > cast(:today as date))
),

service as (
    select
        held.client_plan_id,
        package.platform_uid,
        package.service_type = 'EXTENDED_SERVICE' as extended,
        -- The default package takes precedence over a basic one that is sold on top of it.
        row_number() over (
            partition by held.client_plan_id, package.service_type order by min(held.place), package.id
        ) as place
    from held
    inner join tv.package as package on held.package_id = package.id
    group by held.client_plan_id, package.id
),

services as (
    select
        service.client_plan_id,
        -- Sorted by bytes, as Python sorts the services of the snapshot.
        array_agg(service.platform_uid order by convert_to(service.platform_uid, 'UTF8'))
        filter (where service.extended or service.place = 1) as wanted,
        array_agg(service.platform_uid order by convert_to(service.platform_uid, 'UTF8'))
        filter (where not service.extended and service.place > 1) as surplus
    from service
    group by service.client_plan_id
),

devices as (
    select
        point.client_plan_id,
        jsonb_object_agg(
            point.mac,
            jsonb_build_object('device_type_uid', point.device_type, 'serial', point.serial, 'label', point.label)
        ) as by_mac
    from contract
    inner join tv.client_point as point on contract.id = point.client_plan_id
    where
        contract.status <> 'INACTIVE'
        and point.added_on <= cast(:today as date)
        and (point.removed_on is null or point.removed_on > cast(:today as date))
    group by point.client_plan_id
)

select
    contract.id,
    left(split_part(contract.name, ' ', 1), 100),
    rtrim(left(substr(contract.name, length(split_part(contract.name, ' ', 1)) + 2), 100)),
    contract.status,
    contract.because,
    coalesce(services.wanted, '{}'),
    coalesce(services.surplus, '{}'),
    coalesce(devices.by_mac, '{}'),
    contract.recorded_uid,
    contract.pin_is_recorded and contract.pin_is_ours,
    case when contract.client_id > 0 then contract.client_id end,
    contract.pin_is_recorded and not contract.pin_is_ours
from contract
left join services on contract.id = services.client_plan_id
left join devices on contract.id = devices.client_plan_id
