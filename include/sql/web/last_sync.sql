-- Out: the last catalogue sync that was merged, and how many changes it made; no row before the first.
select
    sync.id,
    sync.started_at,
    sync.merged_at,
    sync.channels,
    sync.packages,
    sync.package_channels,
    sync.quarantined,
    (
        select count(*)
        from tv.catalog_change as change
        where change.catalog_sync_id = sync.id
    ) as changes
from tv.catalog_sync as sync
where sync.status = 'merged'
order by sync.id desc
limit 1
