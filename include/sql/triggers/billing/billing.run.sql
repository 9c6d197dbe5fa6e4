-- Runs are never deleted, because events and exclusions refer to them.
create or replace trigger run_never_deleted before delete on billing.run
for each row execute function billing.refuse_change();
create or replace trigger run_never_truncated before truncate on billing.run
for each statement execute function billing.refuse_change();
