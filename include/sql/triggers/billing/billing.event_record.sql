-- What an event points at exists and stays; what is final does not change; nothing is deleted. Triggers of a whole
-- statement fire for the table that it names: billing.prepare_partition gives each partition its own.
create or replace trigger event_added after insert on billing.event_record
referencing new table as added for each statement execute function billing.require_keys();
create or replace trigger event_final after update on billing.event_record
referencing old table as before new table as after
for each statement execute function billing.refuse_change_of_final();
create or replace trigger event_parents_stay before update of id, due_date, run_id, client_package_id, package_id
on billing.event_record for each row when (
    (old.id, old.due_date, old.run_id, old.client_package_id, old.package_id)
    is distinct from (new.id, new.due_date, new.run_id, new.client_package_id, new.package_id)
) execute function billing.refuse_other_parents();
create or replace trigger event_never_deleted before delete on billing.event_record
for each row execute function billing.refuse_change();
create or replace trigger event_never_truncated before truncate on billing.event_record
for each statement execute function billing.refuse_change();
