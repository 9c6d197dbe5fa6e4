-- Trigger on billing.event_record: refuses to move an event to another run, package or due date. These were checked
-- when the event was added.
create or replace function billing.refuse_other_parents() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
as $$
begin
    raise exception '%.%: what a row belongs to never changes', tg_table_schema, tg_table_name
        using errcode = 'restrict_violation';
end
$$;
