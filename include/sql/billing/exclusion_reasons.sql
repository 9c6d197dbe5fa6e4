-- In: due_date. Out: a row for each reason of exclusion of the TV billing run, with the number of client packages.
select
    exclusion.reason,
    count(*) as candidates
from billing.run as run
inner join billing.exclusion as exclusion on run.id = exclusion.run_id
where run.kind = 'tv' and run.due_date = :due_date
group by exclusion.reason
order by exclusion.reason
