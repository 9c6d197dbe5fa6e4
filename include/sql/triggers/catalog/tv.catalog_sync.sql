-- The record of the syncs is never emptied.
create or replace trigger catalog_sync_never_truncated before truncate on tv.catalog_sync
for each statement execute function tv.refuse_change();
