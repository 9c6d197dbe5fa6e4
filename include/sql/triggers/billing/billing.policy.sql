-- A policy is changed by a new row, because every event keeps the policy that it was made by.
create or replace trigger policy_immutable before update or delete on billing.policy
for each row execute function billing.refuse_change();
create or replace trigger policy_never_truncated before truncate on billing.policy
for each statement execute function billing.refuse_change();
