-- The record of a change never changes.
create or replace trigger contract_change_immutable before update or delete on tv.contract_change
for each row execute function tv.refuse_change();
create or replace trigger contract_change_never_truncated before truncate on tv.contract_change
for each statement execute function tv.refuse_change();
