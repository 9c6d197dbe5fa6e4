-- In: days, at_most. Deletes catalogue syncs with their rows that are older, so many rows at most. Out: how many
-- there were; none: all are gone.
select tv.delete_old_catalog_syncs(:days, :at_most) as deleted
