-- A payout is paid or withdrawn once, and is never deleted.
create or replace trigger payout_paid_once before update on billing.payout
for each row execute function billing.refuse_change_of_payout();
create or replace trigger payout_never_deleted before delete on billing.payout
for each row execute function billing.refuse_change();
create or replace trigger payout_never_truncated before truncate on billing.payout
for each statement execute function billing.refuse_change();
