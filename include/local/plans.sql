-- In: due_date. Out: for each service plan what its TV billing expected, what events are live (not cancelled), and what
-- was posted for them. All three agree when a due date is settled.
with tv_run as (
    select run.id
    from billing.run as run
    where run.kind = 'tv' and run.due_date = cast(:due_date as date)
),

expected as (
    select
        expectation.service_plan_id,
        expectation.charges,
        expectation.amount
    from billing.expectation as expectation
    inner join tv_run on expectation.run_id = tv_run.id
),

billed as (
    select
        event.service_plan_id,
        count(*) as events,
        sum(event.amount) as events_amount,
        count(posting.id) as postings,
        coalesce(sum(posting.amount), 0) as postings_amount
    from billing.event as event
    inner join tv_run on event.run_id = tv_run.id
    left join finance.posting as posting on event.id = posting.billing_event_id
    where event.kind = 'charge' and event.status <> 'cancelled'
    group by event.service_plan_id
)

select
    coalesce(plan.name, 'plan ' || coalesce(expected.service_plan_id, billed.service_plan_id)) as service_plan,
    coalesce(expected.charges, 0) as expected,
    coalesce(expected.amount, 0) as expected_amount,
    coalesce(billed.events, 0) as events,
    coalesce(billed.events_amount, 0) as events_amount,
    coalesce(billed.postings, 0) as postings,
    coalesce(billed.postings_amount, 0) as postings_amount
from expected
full join billed on expected.service_plan_id = billed.service_plan_id
left join erp.service_plan as plan on coalesce(expected.service_plan_id, billed.service_plan_id) = plan.id
where coalesce(expected.charges, 0) > 0 or coalesce(billed.events, 0) > 0
order by coalesce(expected.service_plan_id, billed.service_plan_id)
