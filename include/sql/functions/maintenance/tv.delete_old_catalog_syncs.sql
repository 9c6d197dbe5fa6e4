-- In: days, at least 62; at_most. Deletes catalogue syncs that are older, with their changes and what they put in
-- quarantine; never the last one that was merged. Out: how many rows. Runs as the owner of the tables.
create or replace function tv.delete_old_catalog_syncs(days integer, at_most integer)
returns bigint language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    old bigint[];
    deleted bigint := 0;
    rows_deleted bigint;
begin
    perform billing.require_age(days, 62);
    old := array(select id from tv.old_catalog_sync(days) order by id limit at_most);
    delete from tv.catalog_change
    where id in (select id from tv.catalog_change where catalog_sync_id = any(old) limit at_most);
    get diagnostics rows_deleted = row_count;
    deleted := deleted + rows_deleted;
    delete from tv.quarantine
    where id in (select id from tv.quarantine where catalog_sync_id = any(old) limit at_most);
    get diagnostics rows_deleted = row_count;
    deleted := deleted + rows_deleted;
    delete from tv.catalog_sync as sync
    where
        id = any(old)
        and not exists (select from tv.catalog_change where catalog_sync_id = sync.id)
        and not exists (select from tv.quarantine where catalog_sync_id = sync.id);
    get diagnostics rows_deleted = row_count;
    return deleted + rows_deleted;
end
$$;
