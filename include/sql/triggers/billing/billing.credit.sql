-- A credit gets its invoice once, and is never deleted.
create or replace trigger credit_posted_once before update on billing.credit
for each row execute function billing.refuse_other_invoice();
create or replace trigger credit_never_deleted before delete on billing.credit
for each row execute function billing.refuse_change();
create or replace trigger credit_never_truncated before truncate on billing.credit
for each statement execute function billing.refuse_change();
