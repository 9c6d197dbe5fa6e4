-- Runs are never deleted, because events and exclusions refer to them, and stay those of their due date.
create or replace trigger run_never_deleted before delete on billing.run
for each row execute function billing.refuse_change();
create or replace trigger run_never_truncated before truncate on billing.run
for each statement execute function billing.refuse_change();
create or replace trigger run_stays_closed before update of status on billing.run
for each row when (old.kind = 'standard' and old.status = 'closed' and new.status <> 'closed')
execute function billing.refuse_reopening();
create or replace trigger run_stays_of_its_due_date before update of id, kind, due_date on billing.run
for each row when ((old.id, old.kind, old.due_date) is distinct from (new.id, new.kind, new.due_date))
execute function billing.refuse_change();
create or replace trigger run_keeps_its_closing before update of status, closed_at on billing.run
for each row when (new.status = 'closed')
execute function billing.keep_closing();
