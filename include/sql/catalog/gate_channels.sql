-- In: sync. Out: its staged channels.
select
    platform_uid,
    name,
    number,
    family,
    active
from staging.channel
where catalog_sync_id = :sync
