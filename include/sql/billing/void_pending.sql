-- In: run_id. Cancels the pending events that the list (candidate) no longer charges, notes why as exclusions, and
-- lowers what the run expects by them. Processed events are never touched. Out: how many were voided and their amount.
with stale as (
    select
        pending.id,
        candidate.exclusion
    from billing.event as pending
    left join candidate on pending.id = candidate.event_id
    where
        pending.run_id = :run_id
        and pending.status = 'pending'
        and (candidate.event_id is null or candidate.exclusion is not null)
),

voided as (
    update billing.event as event
    set status = 'cancelled', cancelled_at = now(), cancel_reason = coalesce(stale.exclusion, 'not_due')
    from stale
    where event.id = stale.id
    returning
        event.client_plan_id, event.client_package_id, event.service_plan_id, event.amount, stale.exclusion
),

excluded as (
    insert into billing.exclusion (run_id, client_plan_id, client_package_id, service_plan_id, reason)
    select
        :run_id,
        voided.client_plan_id,
        voided.client_package_id,
        voided.service_plan_id,
        voided.exclusion
    from voided
    where voided.exclusion is not null
    returning client_package_id
),

by_plan as (
    select
        voided.service_plan_id,
        count(*) as charges,
        count(*) filter (where voided.exclusion is null) as not_due,
        sum(voided.amount) as amount
    from voided
    group by voided.service_plan_id
),

lowered as (
    update billing.expectation as expected
    set
        candidates = expected.candidates - by_plan.not_due,
        charges = expected.charges - by_plan.charges,
        amount = expected.amount - by_plan.amount
    from by_plan
    where expected.run_id = :run_id and expected.service_plan_id = by_plan.service_plan_id
    returning expected.service_plan_id
)

select
    cast(coalesce(sum(by_plan.charges), 0) as bigint) as events,
    coalesce(sum(by_plan.amount), 0) as amount
from by_plan
