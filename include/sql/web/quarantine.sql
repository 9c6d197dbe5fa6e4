-- In: sync, after (the last row's id, or null), size. Out: a page of what the sync put into quarantine.
select
    row.id,
    row.entity,
    row.platform_uid,
    row.reasons,
    cast(row.content as text) as content
from tv.quarantine as row
where row.catalog_sync_id = :sync and row.id > coalesce(cast(:after as bigint), 0)
order by row.id
limit :size
