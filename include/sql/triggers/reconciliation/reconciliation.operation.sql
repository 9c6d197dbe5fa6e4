-- The outcome of an operation is final.
create or replace trigger operation_final before update on reconciliation.operation
for each row when (old.status <> 'planned') execute function reconciliation.refuse_change();
create or replace trigger operation_never_truncated before truncate on reconciliation.operation
for each statement execute function reconciliation.refuse_change();
