-- In: days, at least 62; at_most. Deletes what the checks of due dates that are older found: nothing checks those
-- again. Out: how many. Runs as the owner of the tables.
create or replace function quality.delete_old_offenders(days integer, at_most integer)
returns bigint language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    deleted bigint;
begin
    perform billing.require_age(days, 62);
    delete from quality.offender
    where ctid = any(array(
        select ctid
        from quality.offender
        where
            due_date < current_date - delete_old_offenders.days
            and found_at < now() - make_interval(days => delete_old_offenders.days)
        limit at_most
        for update
    ));
    get diagnostics deleted = row_count;
    return deleted;
end
$$;
