-- Reads the temporary table candidate. Out: whether the list has charges to be settled after it is saved.
select count(*) > 0 as pending
from candidate
where candidate.exclusion is null
