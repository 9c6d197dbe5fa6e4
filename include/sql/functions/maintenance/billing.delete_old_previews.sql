-- In: days, at least 7; at_most. Deletes stored lists that are older: what is saved from now on may differ from them.
-- Their lines are dropped with them, unless somebody reads them: then the next list or maintenance drops them. Out: how
-- many lists. Runs as the owner of the tables.
create or replace function billing.delete_old_previews(days integer, at_most integer)
returns bigint language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    deleted bigint;
begin
    perform billing.require_age(days, 7);
    delete from billing.preview
    where id in (
        select id
        from billing.preview
        where created_at < now() - make_interval(days => delete_old_previews.days)
        limit at_most
    );
    get diagnostics deleted = row_count;
    perform billing.drop_replaced_previews('{}');
    return deleted;
end
$$;
