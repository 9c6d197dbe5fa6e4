-- In: sync. Out: its staged active basic packages; without one nobody can watch anything.
select platform_uid
from staging.package
where catalog_sync_id = :sync and active and service_type = 'BASIC_SERVICE'
