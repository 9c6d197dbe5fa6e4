-- The record of what a sync left out is never emptied.
create or replace trigger quarantine_never_truncated before truncate on tv.quarantine
for each statement execute function tv.refuse_change();
