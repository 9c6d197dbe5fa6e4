-- In: days, at least 62; at_most. Deletes change sets that are older, with their operations, differences and snapshots.
-- Out: how many rows. Runs as the owner of the tables.
create or replace function reconciliation.delete_old_change_sets(days integer, at_most integer)
returns bigint language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    old bigint[];
    deleted bigint := 0;
    rows_deleted bigint;
begin
    perform billing.require_age(days, 62);
    old := array(select id from reconciliation.old_change_set(days) order by id limit least(at_most, 1000));
    delete from reconciliation.operation
    where (change_set_id, client_plan_id, number) in (
        select change_set_id, client_plan_id, number
        from reconciliation.operation
        where change_set_id = any(old)
        limit at_most
    );
    get diagnostics rows_deleted = row_count;
    deleted := deleted + rows_deleted;
    -- What a change set has of these is little.
    delete from reconciliation.difference where change_set_id = any(old);
    get diagnostics rows_deleted = row_count;
    deleted := deleted + rows_deleted;
    delete from reconciliation.unmanaged where change_set_id = any(old);
    get diagnostics rows_deleted = row_count;
    deleted := deleted + rows_deleted;
    delete from reconciliation.parked_client_plan where change_set_id = any(old);
    get diagnostics rows_deleted = row_count;
    deleted := deleted + rows_deleted;
    delete from reconciliation.change_set
    where
        id = any(old)
        and not exists (select from reconciliation.operation where operation.change_set_id = change_set.id);
    get diagnostics rows_deleted = row_count;
    deleted := deleted + rows_deleted;
    delete from reconciliation.snapshot
    where id in (
        select id
        from reconciliation.snapshot
        where
            taken_at < now() - make_interval(days => delete_old_change_sets.days)
            and id < (select max(newest.id) from reconciliation.snapshot as newest)
            and not exists (select from staging.subscriber_snapshot as staged where staged.snapshot_id = snapshot.id)
            and not exists (
                select from staging_changes.subscriber_snapshot as staged
                where staged.snapshot_id = snapshot.id
            )
            and not exists (select from reconciliation.change_set where change_set.snapshot_id = snapshot.id)
            and not exists (select from reconciliation.change_set where change_set.second_snapshot_id = snapshot.id)
        limit least(at_most, 1000)
    );
    get diagnostics rows_deleted = row_count;
    return deleted + rows_deleted;
end
$$;
