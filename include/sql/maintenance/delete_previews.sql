-- In: days, at_most. Deletes stored lists that are older, so many rows at most. Out: how many there were; none: all
-- are gone.
select billing.delete_old_previews(:days, :at_most) as deleted
