-- In: merge, the number of a merge. Puts the copy in the place of the partitions. Out: false if these changed
-- meanwhile.
select billing.swap_merge(:merge) as swapped
