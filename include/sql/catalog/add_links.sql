-- In: sync, whose channels and packages are merged. Adds the staged links that are new, and records each.
with added as (
    insert into tv.package_channel (package_id, channel_id)
    select
        package.id as package_id,
        channel.id as channel_id
    from staging.package_channel as link
    inner join tv.package as package on link.package_uid = package.platform_uid
    inner join tv.channel as channel on link.channel_uid = channel.platform_uid
    where link.catalog_sync_id = :sync
    on conflict (package_id, channel_id) do nothing
    returning package_id, channel_id
)

insert into tv.catalog_change (catalog_sync_id, entity, platform_uid, change, after)
select
    :sync,
    'package_channel',
    package.platform_uid,
    'added',
    jsonb_build_object('channel_uid', channel.platform_uid)
from added
inner join tv.package as package on added.package_id = package.id
inner join tv.channel as channel on added.channel_id = channel.id
