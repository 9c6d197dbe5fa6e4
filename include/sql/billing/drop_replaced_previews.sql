-- In: spared (numbers of lists). Drops the lines of all deleted lists but these.
select billing.drop_replaced_previews(cast(:spared as bigint[])) as dropped
