-- In: days, at_most. Deletes change sets with their rows that are older, so many rows at most. Out: how many there
-- were; none: all are gone.
select reconciliation.delete_old_change_sets(:days, :at_most) as deleted
