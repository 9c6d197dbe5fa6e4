-- In: parent, partitions (their oids). Builds the table that is to replace them. Out: the number of the merge.
select billing.build_merge(cast(:parent as regclass), cast(cast(:partitions as oid[]) as regclass[])) as merge
