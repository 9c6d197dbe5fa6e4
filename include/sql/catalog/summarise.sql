-- In: sync. Out: one row each for channels, packages and links: how many are staged, in quarantine, active here,
-- and of these how many the merge would deactivate. A row in quarantine is not lost: it stays as it is.
with listed as (
    select
        'channel' as entity,
        platform_uid,
        active
    from staging.channel
    where catalog_sync_id = :sync
    union all
    select
        'package',
        platform_uid,
        active
    from staging.package
    where catalog_sync_id = :sync
    union all
    select
        'package_channel',
        package_uid,
        true
    from staging.package_channel
    where catalog_sync_id = :sync
),

known as (
    select
        'channel' as entity,
        platform_uid
    from tv.channel
    where active
    union all
    select
        'package',
        platform_uid
    from tv.package
    where active
),

quarantined as (
    select
        entity,
        platform_uid
    from tv.quarantine
    where catalog_sync_id = :sync
),

kept as (
    select
        entity,
        platform_uid
    from listed
    where active
    union
    select
        entity,
        platform_uid
    from quarantined
)

select
    kind.entity,
    (
        select count(*) from listed
        where listed.entity = kind.entity
    ) as staged,
    (
        select count(*) from quarantined
        where quarantined.entity = kind.entity
    ) as quarantined,
    (
        select count(*) from known
        where known.entity = kind.entity
    ) as active,
    (
        select count(*)
        from known
        left join kept on known.entity = kept.entity and known.platform_uid = kept.platform_uid
        where known.entity = kind.entity and kept.platform_uid is null
    ) as lost
from (values ('channel'), ('package'), ('package_channel')) as kind (entity)
