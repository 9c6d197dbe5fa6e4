-- What a posting points at exists; postings are only ever added. Triggers of a whole statement fire for the table that
-- it names: billing.prepare_partition gives each partition its own.
create or replace trigger posting_added after insert on finance.posting
referencing new table as added for each statement execute function finance.require_keys();
create or replace trigger posting_immutable before update or delete on finance.posting
for each row execute function billing.refuse_change();
create or replace trigger posting_never_truncated before truncate on finance.posting
for each statement execute function billing.refuse_change();
