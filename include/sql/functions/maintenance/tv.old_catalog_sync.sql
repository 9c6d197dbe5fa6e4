-- In: days. Out: the catalogue syncs that are older, except the last one and the last one that was merged.
create or replace function tv.old_catalog_sync(days integer)
returns table (id bigint)
language sql stable
as $$
    select sync.id
    from tv.catalog_sync as sync
    where
        sync.started_at < now() - make_interval(days => old_catalog_sync.days)
        and sync.id < (select max(merged.id) from tv.catalog_sync as merged where merged.status = 'merged')
$$;
