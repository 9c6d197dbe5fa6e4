-- A change is announced as soon as it is committed, and never disappears but with the change set that took it.
create or replace trigger pending_change_added after insert on reconciliation.pending_change
for each statement execute function reconciliation.notify_pending_change();
create or replace trigger pending_change_never_truncated before truncate on reconciliation.pending_change
for each statement execute function reconciliation.refuse_change();
