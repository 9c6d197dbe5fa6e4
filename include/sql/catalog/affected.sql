-- In: sync, today (business date), shown (at most so many names a row). Out: each channel and package that the sync
-- deactivated, with the number of client plans that have it (as an extra, or as the default of their service plan),
-- and the names of the first clients with their client plans. A channel counts through its packages, those included
-- that lost it in the same sync.
with deactivated as (
    select
        entity,
        platform_uid,
        after ->> 'name' as name
    from tv.catalog_change
    where catalog_sync_id = :sync and change = 'deactivated'
),

held as (
    select
        gone.entity,
        gone.platform_uid,
        package.id as package_id
    from deactivated as gone
    inner join tv.package as package on gone.platform_uid = package.platform_uid
    where gone.entity = 'package'
    union
    select
        gone.entity,
        gone.platform_uid,
        link.package_id
    from deactivated as gone
    inner join tv.channel as channel on gone.platform_uid = channel.platform_uid
    inner join tv.package_channel as link on channel.id = link.channel_id
    where gone.entity = 'channel'
    union
    select
        gone.entity,
        gone.platform_uid,
        package.id
    from deactivated as gone
    inner join tv.catalog_change as lost on gone.platform_uid = lost.before ->> 'channel_uid'
    inner join tv.package as package on lost.platform_uid = package.platform_uid
    where
        gone.entity = 'channel'
        and lost.catalog_sync_id = :sync
        and lost.entity = 'package_channel'
        and lost.change = 'removed'
),

having_it as (
    select
        held.entity,
        held.platform_uid,
        sold.client_plan_id
    from held
    inner join tv.client_package as sold on held.package_id = sold.package_id
    where sold.cancelled_on is null or sold.cancelled_on > cast(:today as date)
    union
    select
        held.entity,
        held.platform_uid,
        client_plan.id
    from held
    inner join tv.service_plan_setting as setting on held.package_id = setting.package_id and setting.allows_tv
    inner join erp.client_plan as client_plan on setting.service_plan_id = client_plan.service_plan_id
),

affected as (
    select
        having_it.entity,
        having_it.platform_uid,
        client_plan.id,
        client_plan.client_id,
        row_number() over (
            partition by having_it.entity, having_it.platform_uid
            order by client_plan.id
        ) as place
    from having_it
    inner join erp.client_plan as client_plan on having_it.client_plan_id = client_plan.id
    where client_plan.status <> 'cancelled'
)

select
    gone.entity,
    gone.platform_uid,
    gone.name,
    count(affected.id) as client_plans,
    coalesce(
        array_agg(
            case when erased.client_id is null then client.name else privacy.erased_name() end order by affected.id
        ) filter (where client.id is not null),
        '{}'
    ) as clients,
    coalesce(array_agg(affected.id order by affected.id) filter (where client.id is not null), '{}') as shown_plans
from deactivated as gone
left join affected on gone.entity = affected.entity and gone.platform_uid = affected.platform_uid
left join erp.client as client on affected.client_id = client.id and affected.place <= :shown
left join privacy.erased_client() as erased on client.id = erased.client_id
group by gone.entity, gone.platform_uid, gone.name
order by gone.entity desc, client_plans desc, gone.name asc
