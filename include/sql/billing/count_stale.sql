-- In: due_date. Reads the temporary table stale. Out: the number of its events and their sum in reais; limited and
-- limited_amount, the same without the differences that give way to charges of the list; their first and last due
-- date, and how many are of other due dates.
select
    count(*) as events,
    coalesce(sum(stale.amount), 0) as amount,
    count(*) filter (where stale.due_date = :due_date or stale.reason <> 'already_billed') as limited,
    coalesce(
        sum(stale.amount) filter (where stale.due_date = :due_date or stale.reason <> 'already_billed'), 0
    ) as limited_amount,
    min(stale.due_date) as since,
    max(stale.due_date) as until,
    count(*) filter (where stale.due_date <> :due_date) as moved
from stale
