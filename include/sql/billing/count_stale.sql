-- Reads the temporary table stale. Out: the number of its events, their sum in reais, and their first and last due
-- date.
select
    count(*) as count,
    coalesce(sum(stale.amount), 0) as amount,
    min(stale.due_date) as since,
    max(stale.due_date) as until
from stale
