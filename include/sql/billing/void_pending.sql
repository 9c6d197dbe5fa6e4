-- In: run_id, settling. Cancels the pending events that the list (candidate) no longer charges, notes
-- why as exclusions, and lowers what their runs expect. Processed events are never touched.
-- Saving also cancels what the list charges here but is still pending on another due date of the month: the due day
-- moved. Settling does not, because nothing is added then; nor does it let go of what only lost its price, because the
-- amount was saved. Out: how many were voided and their amount.
with stale as (
    select
        pending.id,
        coalesce(candidate.exclusion, 'not_due') as reason
    from billing.event as pending
    left join candidate on pending.id = candidate.event_id
    where
        pending.run_id = :run_id
        and pending.status = 'pending'
        and pending.kind = 'charge'
        and (candidate.event_id is null or candidate.exclusion is not null)
        and not (:settling and coalesce(candidate.exclusion, '') in ('free', 'no_price', 'below_minimum'))
    union all
    select
        moved.id,
        'not_due' as reason
    from candidate
    inner join billing.event as moved on candidate.client_package_id = moved.client_package_id
    where
        not :settling
        and candidate.exclusion is null
        and moved.run_id <> :run_id
        and moved.reference_month = candidate.reference_month
        and moved.kind = 'charge'
        and moved.status = 'pending'
),

voided as (
    update billing.event as event
    set status = 'cancelled', cancelled_at = now(), cancel_reason = stale.reason
    from stale
    where event.id = stale.id
    returning
        event.run_id, event.client_plan_id, event.client_package_id, event.service_plan_id, event.amount, stale.reason
),

excluded as (
    insert into billing.exclusion (run_id, client_plan_id, client_package_id, service_plan_id, reason)
    select
        voided.run_id,
        voided.client_plan_id,
        voided.client_package_id,
        voided.service_plan_id,
        voided.reason
    from voided
    returning client_package_id
),

by_plan as (
    select
        voided.run_id,
        voided.service_plan_id,
        count(*) as charges,
        sum(voided.amount) as amount
    from voided
    group by voided.run_id, voided.service_plan_id
),

lowered as (
    update billing.expectation as expected
    set charges = expected.charges - by_plan.charges, amount = expected.amount - by_plan.amount
    from by_plan
    where expected.run_id = by_plan.run_id and expected.service_plan_id = by_plan.service_plan_id
    returning expected.service_plan_id
)

select
    cast(coalesce(sum(by_plan.charges), 0) as bigint) as events,
    coalesce(sum(by_plan.amount), 0) as amount
from by_plan
