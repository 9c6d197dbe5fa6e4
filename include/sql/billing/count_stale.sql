-- Reads the temporary table stale. Out: the number of its events and their sum in reais.
select
    count(*) as count,
    coalesce(sum(stale.amount), 0) as amount
from stale
