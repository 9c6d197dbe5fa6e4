-- In: days. Out: how many rows catalogue syncs that are older have, themselves included.
select
    count(*)
    + coalesce(sum((select count(*) from tv.catalog_change as change where change.catalog_sync_id = sync.id)), 0)
    + coalesce(sum((select count(*) from tv.quarantine as row where row.catalog_sync_id = sync.id)), 0) as old
from tv.old_catalog_sync(:days) as sync
