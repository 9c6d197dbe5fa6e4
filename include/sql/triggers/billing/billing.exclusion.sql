-- What belongs to a closed run stays as it is.
create or replace trigger exclusion_added after insert on billing.exclusion
referencing new table as written for each statement execute function billing.refuse_settled();
create or replace trigger exclusion_changed after update on billing.exclusion
referencing old table as written for each statement execute function billing.refuse_settled();
create or replace trigger exclusion_deleted after delete on billing.exclusion
referencing old table as written for each statement execute function billing.refuse_settled();
create or replace trigger exclusion_never_truncated before truncate on billing.exclusion
for each statement execute function billing.refuse_change();
