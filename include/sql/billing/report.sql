-- In: due_date. Out: the totals of a TV billing run, a row for each service plan: client packages expected to be
-- charged, events by status, postings and exclusions. Amounts are in reais.
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
),

events as (
    select
        event.service_plan_id,
        count(*) filter (where event.live) as live,
        coalesce(sum(event.amount) filter (where event.live), 0) as live_amount,
        count(*) filter (where event.status = 'pending') as pending,
        count(*) filter (where event.status = 'cancelled') as cancelled
    from billing.event as event
    where event.due_date = :due_date and event.kind = 'charge'
    group by event.service_plan_id
),

posted as (
    select
        event.service_plan_id,
        count(*) as postings,
        sum(posting.amount) as amount
    from finance.posting
    inner join billing.event_record as event on posting.billing_event_id = event.id
    where
        posting.event_due_date = :due_date
        and event.due_date = :due_date
        and event.kind = 'charge'
        and not event.reversed
    group by event.service_plan_id
),

excluded as (
    select
        exclusion.service_plan_id,
        count(*) as exclusions
    from billing.exclusion as exclusion
    inner join run on exclusion.run_id = run.id
    group by exclusion.service_plan_id
),

plans as (
    select expected.service_plan_id from expected
    union
    select events.service_plan_id from events
    union
    select excluded.service_plan_id from excluded
)

select
    plans.service_plan_id,
    plan.name as service_plan,
    coalesce(expected.charges, 0) as expected,
    coalesce(expected.amount, 0) as expected_amount,
    coalesce(events.live, 0) as events,
    coalesce(events.live_amount, 0) as events_amount,
    coalesce(posted.postings, 0) as postings,
    coalesce(posted.amount, 0) as posted_amount,
    coalesce(events.pending, 0) as pending,
    coalesce(events.cancelled, 0) as cancelled,
    coalesce(excluded.exclusions, 0) as exclusions
from plans
left join expected on plans.service_plan_id = expected.service_plan_id
left join events on plans.service_plan_id = events.service_plan_id
left join posted on plans.service_plan_id = posted.service_plan_id
left join excluded on plans.service_plan_id = excluded.service_plan_id
left join billing.service_plan() as plan on plans.service_plan_id = plan.id
order by plans.service_plan_id
