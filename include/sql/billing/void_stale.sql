-- Cancels the events of the temporary table stale, adds them to the exclusions of their runs with the reason, and
-- lowers what their runs expect.
with voided as (
    update billing.event_record as event
    set cancelled_at = now(), cancel_reason = stale.reason
    from stale
    where event.id = stale.id and event.due_date = stale.due_date
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
)

update billing.expectation as expected
set charges = expected.charges - by_plan.charges, amount = expected.amount - by_plan.amount
from by_plan
where expected.run_id = by_plan.run_id and expected.service_plan_id = by_plan.service_plan_id
