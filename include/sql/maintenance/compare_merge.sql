-- In: merge, the number of a merge. Out: whether the copy equals the partitions; else they changed.
select billing.compare_merge(:merge) as equal
