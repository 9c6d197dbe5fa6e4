-- In: sync. Out: its staged packages.
select
    platform_uid,
    name,
    service_type,
    max_devices,
    active
from staging.package
where catalog_sync_id = :sync
