-- Trigger on the records of what people changed or were shown: refuses every later change, but that an erasure of
-- personal data makes them anonymous.
create or replace function tv.refuse_change() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' and privacy.is_erasing() then
        return new;
    end if;
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        using errcode = 'restrict_violation', hint = 'A change is undone by another change, which is noted as well.';
end
$$;
