-- In: days, at_most. Deletes notes of late changes that are older, so many rows at most. Out: how many there were;
-- none: all are gone.
select billing.delete_old_late_changes(:days, :at_most) as deleted
