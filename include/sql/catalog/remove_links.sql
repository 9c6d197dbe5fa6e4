-- In: sync, whose channels and packages are merged. Removes the links of staged packages that are not staged, and
-- records each. A package that is not staged (gone, or in quarantine) keeps its links, and so does a link in
-- quarantine.
with removed as (
    delete from tv.package_channel as link
    using tv.package as package, tv.channel as channel, staging.package as listed
    where
        link.package_id = package.id
        and link.channel_id = channel.id
        and listed.catalog_sync_id = :sync
        and listed.platform_uid = package.platform_uid
        and not exists (
            select 1
            from staging.package_channel as staged
            where
                staged.catalog_sync_id = :sync
                and staged.package_uid = package.platform_uid
                and staged.channel_uid = channel.platform_uid
        )
        and not exists (
            select 1
            from tv.quarantine as bad
            where
                bad.catalog_sync_id = :sync
                and bad.entity = 'package_channel'
                and bad.platform_uid = package.platform_uid
                and bad.content ->> 'channel_uid' = channel.platform_uid
        )
    returning package.platform_uid as package_uid, channel.platform_uid as channel_uid
)

insert into tv.catalog_change (catalog_sync_id, entity, platform_uid, change, before)
select
    :sync,
    'package_channel',
    package_uid,
    'removed',
    jsonb_build_object('channel_uid', channel_uid)
from removed
