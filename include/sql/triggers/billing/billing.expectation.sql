-- What belongs to a closed run stays as it is.
create or replace trigger expectation_added after insert on billing.expectation
referencing new table as written for each statement execute function billing.refuse_settled();
create or replace trigger expectation_changed after update on billing.expectation
referencing old table as written for each statement execute function billing.refuse_settled();
create or replace trigger expectation_deleted after delete on billing.expectation
referencing old table as written for each statement execute function billing.refuse_settled();
create or replace trigger expectation_never_truncated before truncate on billing.expectation
for each statement execute function billing.refuse_change();
