-- In: sync. Out: its staged packages without which nobody can watch anything: the active basic ones.
select platform_uid
from staging.package
where catalog_sync_id = :sync and active and service_type = 'BASIC_SERVICE'
