-- In: today, deadline_days (after the due date, until which the TV billing waits). Out: the due dates that have come
-- and whose saved TV charges still wait for the standard billing: how many, how much, and until which day they wait.
select
    to_char(run.due_date, 'YYYY-MM-DD') as key,
    jsonb_build_object(
        'due_date', run.due_date,
        'charges', expected.charges,
        'until', run.due_date + cast(:deadline_days as integer),
        'failed', coalesce(standard.status = 'failed', false)
    ) as parameters,
    cast(null as bigint) as client_plans,
    expected.amount
from billing.run
left join billing.run as standard on run.due_date = standard.due_date and standard.kind = 'standard'
cross join
    lateral (
        select
            coalesce(sum(expectation.charges), 0) as charges,
            sum(expectation.amount) as amount
        from billing.expectation
        where expectation.run_id = run.id
    ) as expected
where
    run.kind = 'tv'
    and run.status in ('saved', 'failed')
    and run.due_date between cast(:today as date) - 62 and cast(:today as date)
    and standard.status is distinct from 'closed'
    and expected.charges > 0
