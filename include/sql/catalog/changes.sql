-- In: sync. Out: every change of a channel or package that is not new, with what it was and became.
select
    entity,
    platform_uid,
    change,
    before,
    after
from tv.catalog_change
where catalog_sync_id = :sync and entity <> 'package_channel' and change <> 'added'
order by entity, change, platform_uid
