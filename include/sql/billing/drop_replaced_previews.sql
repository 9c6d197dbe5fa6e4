-- In: spared (numbers of lists). Drops the lines of the lists that are not kept any more, but for these.
select billing.drop_replaced_previews(cast(:spared as bigint[])) as dropped
