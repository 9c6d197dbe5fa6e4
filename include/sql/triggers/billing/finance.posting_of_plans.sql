-- The triggers of finance.posting, for statements that name the partition of the plan fees; billing.prepare_partition
-- gives each month's partition its own.
create or replace trigger posting_of_plans_added after insert on finance.posting_of_plans
referencing new table as added for each statement execute function finance.require_keys();
create or replace trigger posting_of_plans_never_truncated before truncate on finance.posting_of_plans
for each statement execute function billing.refuse_change();
