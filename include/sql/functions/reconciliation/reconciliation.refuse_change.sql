-- Trigger on change sets and operations: refuses every change of what is final, but that an erasure of personal data
-- makes it anonymous.
create or replace function reconciliation.refuse_change() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    if tg_op = 'UPDATE' and privacy.is_erasing() then
        return new;
    end if;
    raise exception '%.%: what is final stays, % refused', tg_table_schema, tg_table_name, tg_op
        using errcode = 'restrict_violation', hint = 'The next reconciliation makes a change set of its own.';
end
$$;
