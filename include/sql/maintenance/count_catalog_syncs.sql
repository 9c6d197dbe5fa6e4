-- In: days. Out: how many rows catalogue syncs that are older have, themselves included.
with sync as (
    select old.id
    from tv.old_catalog_sync(:days) as old
)

select
    (select count(*) from sync)
    + (
        select count(*)
        from tv.catalog_change as change
        inner join sync on change.catalog_sync_id = sync.id
    )
    + (
        select count(*)
        from tv.quarantine as quarantined
        inner join sync on quarantined.catalog_sync_id = sync.id
    ) as old
