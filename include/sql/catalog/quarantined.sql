-- In: sync. Out: every row in quarantine, with its reasons.
select
    entity,
    platform_uid,
    reasons
from tv.quarantine
where catalog_sync_id = :sync
order by entity, id
