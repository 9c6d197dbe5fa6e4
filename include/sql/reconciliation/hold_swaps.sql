-- In: change_set (whose operations the steps are to replace, or null); the temporary table step. Refuses the device
-- steps of a client plan that would give devices away for one which another subscriber has and does not release: it
-- would have none. The same where that other one waits for a device itself. Who gives nothing away may try.
with recursive swap as (
    select
        step.client_plan_id,
        step.target as mac
    from step
    where
        step.action = 'add_device'
        and step.refusal is null
        and step.client_plan_id in (
            select given.client_plan_id from step as given
            where given.action = 'remove_device' and given.refusal is null
        )
),

-- No row where nobody swaps, so that nothing of the snapshot is read.
wanted as (
    select array_agg(swap.mac) as macs
    from swap
    having count(*) > 0
),

assigned as (
    select
        actual.uid,
        device.mac
    from wanted
    cross join subscriber as actual
    cross join lateral jsonb_object_keys(actual.devices) as device (mac)
    where jsonb_exists_any(actual.devices, wanted.macs) and device.mac = any(wanted.macs)
    union all
    select
        parked.uid,
        device.mac
    from wanted
    cross join parked_subscriber as parked
    cross join lateral unnest(parked.macs) as device (mac)
    where parked.macs && wanted.macs and device.mac = any(wanted.macs)
),

kept as (
    select assigned.mac
    from assigned
    where
        not exists (
            select from step as freed
            where
                freed.action = 'remove_device'
                and freed.target = assigned.mac
                and freed.subscriber_uid = assigned.uid
                and freed.refusal is null
        )
        and not exists (
            select from reconciliation.operation as freed
            where
                freed.change_set_id = :change_set
                and freed.action = 'remove_device'
                and freed.target = assigned.mac
                and freed.subscriber_uid = assigned.uid
                and freed.status in ('planned', 'applied')
        )
),

waiting as (
    select swap.client_plan_id
    from swap
    inner join kept on swap.mac = kept.mac
    union
    select swap.client_plan_id
    from waiting
    inner join step as freed on waiting.client_plan_id = freed.client_plan_id and freed.action = 'remove_device'
    inner join swap on freed.target = swap.mac
)

update step
set refusal = 'device_not_released'
from waiting
where
    step.client_plan_id = waiting.client_plan_id
    and step.action in ('add_device', 'remove_device')
    and step.refusal is null
