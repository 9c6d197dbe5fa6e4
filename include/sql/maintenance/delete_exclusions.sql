-- In: days, at_most. Deletes exclusions of closed due dates that are older, so many rows at most. Out: how many there
-- were; none: all are gone.
select billing.delete_old_exclusions(:days, :at_most) as deleted
