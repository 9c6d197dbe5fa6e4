-- In: due_date. Out: each service plan whose live events differ, in number or in sum, from what the run expects.
-- Keeps: sum of expected = sum of events, plan by plan.
with run as (
    select run.id
    from billing.run as run
    where run.kind = 'tv' and run.due_date = :due_date
),

expected as (
    select
        expectation.service_plan_id,
        expectation.charges,
        expectation.amount
    from billing.expectation as expectation
    inner join run on expectation.run_id = run.id
    where expectation.charges > 0
),

billed as (
    select
        event.service_plan_id,
        count(*) as charges,
        sum(event.amount) as amount
    from billing.live_charge(:due_date) as event
    group by event.service_plan_id
)

select
    'service plan ' || coalesce(expected.service_plan_id, billed.service_plan_id)
    || ': expected ' || coalesce(expected.charges, 0) || ' charges of ' || coalesce(expected.amount, 0)
    || ', events are ' || coalesce(billed.charges, 0) || ' of ' || coalesce(billed.amount, 0) as offender
from expected
full join billed on expected.service_plan_id = billed.service_plan_id
where (expected.charges, expected.amount) is distinct from (billed.charges, billed.amount)
