-- In: event, due_date, action, reason, author, rebill, reversal (the id of the reversal, or null). Records the
-- correction, and moves the event from its run's expectation to the run's exclusions, so that the candidate stays
-- accounted for.
with corrected as (
    insert into billing.correction (event_id, event_due_date, action, reason, author, rebill, reversal_event_id)
    values (:event, :due_date, :action, :reason, :author, :rebill, cast(:reversal as bigint))
    returning event_id, event_due_date
),

excluded as (
    insert into billing.exclusion (run_id, client_plan_id, client_package_id, service_plan_id, reason)
    select
        event.run_id,
        event.client_plan_id,
        event.client_package_id,
        event.service_plan_id,
        'corrected'
    from corrected
    inner join billing.event_record as event on corrected.event_id = event.id and event.due_date = :due_date
    returning run_id
)

update billing.expectation as expected
set charges = expected.charges - 1, amount = expected.amount - event.amount
from corrected
inner join billing.event_record as event on corrected.event_id = event.id and event.due_date = :due_date
where expected.run_id = event.run_id and expected.service_plan_id = event.service_plan_id
