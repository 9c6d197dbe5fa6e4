-- Trigger on billing.run: a standard billing that is closed stays closed, because charges were settled on its invoices.
create or replace function billing.refuse_reopening() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tv.is_owner() then
        return new;
    end if;
    raise exception 'the standard billing of % is closed', old.due_date using errcode = 'restrict_violation';
end
$$;
