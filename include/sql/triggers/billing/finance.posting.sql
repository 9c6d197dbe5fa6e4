-- What a posting refers to exists; postings are only ever added. Statement triggers fire only for the table that the
-- statement names, so billing.take_in gives each partition its own.
create or replace trigger posting_added after insert on finance.posting
referencing new table as added for each statement execute function finance.require_keys();
create or replace trigger posting_immutable before update or delete on finance.posting
for each row execute function billing.refuse_change();
create or replace trigger posting_never_truncated before truncate on finance.posting
for each statement execute function billing.refuse_change();
