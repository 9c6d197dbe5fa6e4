-- In: due_date. Out: the client packages that its TV billing does not charge, by reason.
select
    exclusion.reason,
    count(*) as client_packages
from billing.exclusion as exclusion
inner join billing.run as run on exclusion.run_id = run.id
where run.kind = 'tv' and run.due_date = cast(:due_date as date)
group by exclusion.reason
order by exclusion.reason
