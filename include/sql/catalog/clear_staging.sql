-- Deletes the staged rows of merged syncs, and of those before them: nothing reads them again.
with newest as (
    select max(id) as id
    from tv.catalog_sync
    where status = 'merged'
),

channels as (
    delete from staging.channel as staged
    using newest
    where staged.catalog_sync_id <= newest.id
),

packages as (
    delete from staging.package as staged
    using newest
    where staged.catalog_sync_id <= newest.id
)

delete from staging.package_channel as staged
using newest
where staged.catalog_sync_id <= newest.id
