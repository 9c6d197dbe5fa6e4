-- In: days, at least 7; at_most. Deletes the notes of late changes that are older: no merge takes so long. Out: how
-- many. Runs as the owner of the tables.
create or replace function billing.delete_old_late_changes(days integer, at_most integer)
returns bigint language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    deleted bigint;
begin
    perform billing.require_age(days, 7);
    delete from billing.late_change
    where id in (
        select id
        from billing.late_change
        where made_at < now() - make_interval(days => delete_old_late_changes.days)
        limit at_most
    );
    get diagnostics deleted = row_count;
    return deleted;
end
$$;
