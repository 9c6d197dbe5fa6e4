-- Drops what merges that did not end left behind. Out: a row for each.
select billing.discard_merge(left_over.id) as discarded
from billing.partition_merge as left_over
order by left_over.id
