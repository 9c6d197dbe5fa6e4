-- Trigger on append-only tables: refuses every change.
create or replace function billing.refuse_change() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception '%.% is append-only: % refused', tg_table_schema, tg_table_name, tg_op
        using errcode = 'restrict_violation', hint = 'Correct a charge by a reversal, never by an edit.';
end
$$;
