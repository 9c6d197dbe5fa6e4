-- In: sync. Records how many rows were staged and quarantined, so that a merge can tell if staging lost any since.
update tv.catalog_sync
set
    channels = (
        select count(*) from staging.channel as c
        where c.catalog_sync_id = :sync
    ),
    packages = (
        select count(*) from staging.package as p
        where p.catalog_sync_id = :sync
    ),
    package_channels = (
        select count(*) from staging.package_channel as l
        where l.catalog_sync_id = :sync
    ),
    quarantined = (
        select count(*) from tv.quarantine as q
        where q.catalog_sync_id = :sync
    )
where id = :sync
returning channels, packages, package_channels, quarantined
