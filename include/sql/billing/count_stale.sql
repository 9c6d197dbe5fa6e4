-- In: due_date. Reads the temporary table stale. Out: the number of its events, their sum in reais, and their first and
-- last due date, and how many are of other due dates.
select
    count(*) as events,
    coalesce(sum(stale.amount), 0) as amount,
    min(stale.due_date) as since,
    max(stale.due_date) as until,
    count(*) filter (where stale.due_date <> :due_date) as moved
from stale
