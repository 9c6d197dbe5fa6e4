-- In: sync. Out: its staged channels that are active; among them, a number belongs to one.
select
    platform_uid,
    number
from staging.channel
where catalog_sync_id = :sync and active
