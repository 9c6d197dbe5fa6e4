-- In: sync. Out: its staged active channels; no two of them may share a number.
select
    platform_uid,
    number
from staging.channel
where catalog_sync_id = :sync and active
