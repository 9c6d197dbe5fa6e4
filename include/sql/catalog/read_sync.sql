-- In: sync. Out: its row, and the id of the latest sync that was merged (null: none yet).
select
    sync.id,
    sync.status,
    sync.channels,
    sync.packages,
    sync.package_channels,
    sync.quarantined,
    (
        select max(other.id)
        from tv.catalog_sync as other
        where other.status = 'merged'
    ) as newest_merged
from tv.catalog_sync as sync
where sync.id = :sync
