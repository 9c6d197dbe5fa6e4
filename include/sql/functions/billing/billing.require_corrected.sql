-- Trigger on billing.correction: refuses a correction of an event that does not exist.
create or replace function billing.require_corrected() returns trigger language plpgsql
set search_path = pg_catalog, pg_temp
set plan_cache_mode = force_custom_plan
as $$
begin
    if not exists (
        select from billing.event_record as event
        where event.id = new.event_id and event.due_date = new.event_due_date
    ) then
        raise exception 'correction %: event % does not exist', new.id, new.event_id
            using errcode = 'foreign_key_violation', constraint = 'correction_event_id_fkey';
    end if;
    return new;
end
$$;
