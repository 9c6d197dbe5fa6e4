-- In: days. Out: how many exclusions belong to closed due dates that are older.
select count(*) as old
from billing.run as run
inner join billing.exclusion as exclusion on run.id = exclusion.run_id
where run.kind = 'tv' and run.status = 'closed' and run.due_date < current_date - cast(:days as integer)
