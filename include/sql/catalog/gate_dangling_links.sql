-- In: sync. Out: its staged links whose package is not staged, or whose channel is neither staged nor in tv.channel.
select
    link.package_uid,
    link.channel_uid
from staging.package_channel as link
where
    link.catalog_sync_id = :sync
    and not (
        exists (
            select 1
            from staging.package as package
            where package.catalog_sync_id = :sync and package.platform_uid = link.package_uid
        )
        and (
            exists (
                select 1
                from staging.channel as listed
                where listed.catalog_sync_id = :sync and listed.platform_uid = link.channel_uid
            )
            or exists (
                select 1
                from tv.channel as known
                where known.platform_uid = link.channel_uid
            )
        )
    )
