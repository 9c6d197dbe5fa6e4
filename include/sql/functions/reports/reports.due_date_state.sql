-- Out: the present state of each due date of the TV billing, to compare with the one in reports.due_date. After a run
-- is closed, events and postings change only by corrections, by adjustments, and by what is posted or paid out of
-- credits.
create or replace view reports.due_date_state as
select
    run.due_date,
    run.status,
    run.closed_at,
    coalesce(changed.corrections, 0) as corrections,
    coalesce(changed.credits, 0) as credits
from billing.run
left join billing.count_changes() as changed on run.due_date = changed.due_date
where run.kind = 'tv';
