-- What a person decided stays: the next decision is another row.
create or replace trigger waiver_immutable before update or delete on billing.waiver
for each row execute function billing.refuse_change();
create or replace trigger waiver_never_truncated before truncate on billing.waiver
for each statement execute function billing.refuse_change();
