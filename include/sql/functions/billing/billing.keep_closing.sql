-- Trigger on billing.run: a run is closed at the moment at which it is closed, so that a merge of its partition notices
-- a run that was opened and closed again.
create or replace function billing.keep_closing() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    -- Not tv.is_owner(), which an ERP that writes runs has no right to call.
    if not pg_has_role((select relowner from pg_class where oid = tg_relid), 'usage') then
        new.closed_at := case when old.status = 'closed' then old.closed_at else clock_timestamp() end;
    end if;
    return new;
end
$$;
