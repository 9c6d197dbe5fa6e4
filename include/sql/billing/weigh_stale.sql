-- Reads the temporary table stale. Out: how many it holds and their amount.
select
    count(*) as events,
    coalesce(sum(stale.amount), 0) as amount
from stale
