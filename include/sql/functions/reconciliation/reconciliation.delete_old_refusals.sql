-- In: newest, a change set. Deletes the operations of earlier change sets that consist of refusals only: this one
-- records them again, and kept hour by hour they would fill the disk. As the owner: nobody else deletes operations.
create or replace function reconciliation.delete_old_refusals(newest bigint)
returns void language sql security definer set search_path = pg_catalog, pg_temp as $$
    delete from reconciliation.operation
    using reconciliation.change_set as idle
    where operation.change_set_id = idle.id and idle.id < newest and idle.operations = 0
$$;
