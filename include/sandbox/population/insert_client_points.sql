-- In: first_id, last_id, seed, anchor (today's business date); rooms, the labels; device_types. Inserts the set-top
-- boxes of these clients' plans with TV: mostly one to three, no more than the default package allows, and none before
-- the plan is active.
insert into tv.client_point (id, client_plan_id, mac, serial, device_type, label, added_on, removed_on)
with contract as (
    select
        plan.id,
        hashint8extended(plan.id, :seed) as key,
        plan.activated_on,
        plan.cancelled_on,
        coalesce(plan.cancelled_on, :anchor) - plan.activated_on as days,
        package.point_limit
    from erp.client_plan as plan
    inner join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
    inner join tv.package as package on setting.package_id = package.id
    where
        plan.id between cast(:first_id as bigint) * 2 - 1 and cast(:last_id as bigint) * 2
        and setting.allows_tv
        and plan.activated_on <= :anchor
),

point as (
    select
        contract.id as client_plan_id,
        contract.id * 3 - 3 + number as id,
        number,
        hashint8extended(contract.key, number) as key,
        contract.cancelled_on,
        contract.activated_on,
        contract.days,
        pg_temp.roll(hashint8extended(contract.key, number), 'added', contract.days / 2) as days_before,
        pg_temp.roll(contract.key, 'other rooms', cardinality(cast(:rooms as text[])) - 1) as other_room
    from contract
    cross join lateral generate_series(
        1,
        least(contract.point_limit, pg_temp.pick(contract.key, 'points', array[0, 1, 1, 1, 1, 1, 2, 2, 2, 3]))
    ) as number
),

device as (
    select
        point.*,
        -- Multiplying by an odd factor permutes the numbers below 2 ^ 32: they are scattered, and none repeats.
        lpad(to_hex(mod(point.id * 2654435761 + mod(cast(:seed as bigint), 4294967296), 4294967296)), 8, '0') as tail,
        pg_temp.pick(point.key, 'device type', cast(:device_types as text[])) as device_type
    from point
)

select
    device.id,
    device.client_plan_id,
    -- Locally administered addresses, which belong to no manufacturer.
    case device.device_type when 'stb-android' then '02:a4:' when 'stb-linux' then '06:1c:' else '0a:7e:' end
    || concat_ws(
        ':',
        substr(device.tail, 1, 2), substr(device.tail, 3, 2), substr(device.tail, 5, 2), substr(device.tail, 7, 2)
    ),
    case device.device_type when 'stb-android' then 'AND' when 'stb-linux' then 'LNX' else 'STV' end
    || lpad(cast(device.id as text), 8, '0') || upper(substr(device.tail, 1, 4)),
    device.device_type,
    (cast(:rooms as text[]))[
        case
            when device.number = 1 then 1
            else 2 + mod(device.other_room + device.number, cardinality(cast(:rooms as text[])) - 1)
        end
    ],
    device.activated_on + device.days_before,
    case
        when device.cancelled_on is not null then device.cancelled_on
        when pg_temp.roll(device.key, 'removed', 100) < 5
            then
                device.activated_on + device.days_before
                + pg_temp.roll(device.key, 'removed on', device.days - device.days_before + 1)
    end
from device
where device.device_type is not null
