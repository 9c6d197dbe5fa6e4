-- A change set is decided once. Change sets are never deleted as a whole.
create or replace trigger change_set_decided_once before update on reconciliation.change_set
for each row execute function reconciliation.refuse_second_decision();
create or replace trigger change_set_never_truncated before truncate on reconciliation.change_set
for each statement execute function reconciliation.refuse_change();
