-- Trigger on billing.correction: refuses a correction of an event that does not exist, and one that does not follow on
-- the event's last: a reversal or void is the first, or comes after one that was taken back, or decides it again.
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
    if new.action <> 'take_back' and exists (
        select from (
            select last.action
            from billing.correction as last
            where last.event_id = new.event_id
            order by last.id desc
            limit 1
        ) as last
        where last.action <> 'take_back' and (last.action <> new.action or new.reversal_event_id is not null)
    ) then
        raise exception 'event % was corrected before', new.event_id
            using errcode = 'restrict_violation', constraint = 'correction_follows';
    end if;
    return new;
end
$$;
