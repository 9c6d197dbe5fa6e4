-- In: due_date. Out: the number of charges of the same due day in the month before, and their sum in reais; no row if
-- it was not billed. A due day past the end of that month is its last day.
select
    coalesce(sum(expected.charges), 0) as charges,
    coalesce(sum(expected.amount), 0) as amount
from billing.run as run
left join billing.expectation as expected on run.id = expected.run_id
where
    run.kind = 'tv'
    and run.due_date = cast(cast(:due_date as date) - interval '1 month' as date)
group by run.id
