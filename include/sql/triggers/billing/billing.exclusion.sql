-- What belongs to a closed run stays as it is. Nothing is added to it either: include/sql/grants has a policy for that,
-- because a trigger would keep a copy of all new rows until the statement ends.
create or replace trigger exclusion_changed after update on billing.exclusion
referencing old table as written for each statement execute function billing.refuse_settled();
create or replace trigger exclusion_deleted after delete on billing.exclusion
referencing old table as written for each statement execute function billing.refuse_settled();
create or replace trigger exclusion_never_truncated before truncate on billing.exclusion
for each statement execute function billing.refuse_change();
