-- In: days, at_most. Deletes what was found in due dates that are older, so many rows at most. Out: how many there
-- were; none: all are gone.
select quality.delete_old_offenders(:days, :at_most) as deleted
