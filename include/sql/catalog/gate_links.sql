-- In: sync. Out: its staged links of packages to channels.
select
    package_uid,
    channel_uid
from staging.package_channel
where catalog_sync_id = :sync
