-- The postings of credits never change.
create or replace trigger credit_posting_immutable before update or delete on billing.credit_posting
for each row execute function billing.refuse_change();
create or replace trigger credit_posting_never_truncated before truncate on billing.credit_posting
for each statement execute function billing.refuse_change();
