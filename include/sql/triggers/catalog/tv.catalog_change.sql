-- The record of what a sync changed is never emptied.
create or replace trigger catalog_change_never_truncated before truncate on tv.catalog_change
for each statement execute function tv.refuse_change();
