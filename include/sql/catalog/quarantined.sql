-- In: sync. Out: every row in quarantine, with its reason.
select
    entity,
    platform_uid,
    reason
from tv.quarantine
where catalog_sync_id = :sync
order by entity, id
