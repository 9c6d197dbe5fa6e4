-- A correction refers to an existing event, and never changes.
create or replace trigger correction_of_event before insert on billing.correction
for each row execute function billing.require_corrected();
create or replace trigger correction_immutable before update or delete on billing.correction
for each row execute function billing.refuse_change();
create or replace trigger correction_never_truncated before truncate on billing.correction
for each statement execute function billing.refuse_change();
