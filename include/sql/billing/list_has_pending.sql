-- Reads the temporary table part. Out: whether the list has charges to be settled after it is saved.
select count(*) > 0 as pending
from part
where part.exclusion is null and not part.processed
