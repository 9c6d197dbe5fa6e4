-- Trigger on billing.run: a run is closed at the moment at which it is closed, so that a merge of its partition notices
-- a run that was opened and closed again.
create or replace function billing.keep_closing() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if not tv.is_owner() then
        new.closed_at := case when old.status = 'closed' then old.closed_at else clock_timestamp() end;
    end if;
    return new;
end
$$;
