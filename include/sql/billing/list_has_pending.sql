-- Reads the temporary table candidate. Out: whether anything of the list waits to be settled once it is saved.
select count(*) > 0 as pending
from candidate
where candidate.exclusion is null
