-- In: due_date, since and until (the first and last due date in the temporary table stale). Cancels the events of
-- stale, adds them to the exclusions of their runs with the reason, and lowers what their runs expect. A run of
-- another due date sees by its moved_away that events were taken from it.
with voided as (
    update billing.event_record as event
    set cancelled_at = now(), cancel_reason = stale.reason
    from stale
    where
        event.id = stale.id
        and event.due_date = stale.due_date
        and event.due_date >= cast(:since as date)
        and event.due_date <= cast(:until as date)
        and event.cancelled_at is null
    returning
        event.run_id, event.due_date, event.client_plan_id, event.client_package_id, event.service_plan_id,
        event.reference_month, event.amount, stale.reason
),

excluded as (
    insert into billing.exclusion (
        run_id, client_plan_id, client_package_id, service_plan_id, reference_month, reason
    )
    select distinct on (voided.run_id, voided.client_package_id, voided.reference_month)
        voided.run_id,
        voided.client_plan_id,
        voided.client_package_id,
        voided.service_plan_id,
        voided.reference_month,
        voided.reason
    from voided
    -- A month of which another segment stays charged is no exclusion.
    where
        not exists (
            select
            from billing.event_record as other
            where
                other.due_date = voided.due_date
                and other.due_date >= cast(:since as date)
                and other.due_date <= cast(:until as date)
                and other.client_package_id = voided.client_package_id
                and other.reference_month = voided.reference_month
                and other.kind = 'charge'
                and other.cancelled_at is null
                and not other.reversed
                and other.id not in (select stale.id from stale)
        )
    order by voided.run_id, voided.client_package_id, voided.reference_month, voided.reason = 'not_due'
    on conflict (run_id, client_package_id, reference_month) do update set reason = excluded.reason
    returning client_package_id
),

moved as (
    update billing.run as run
    set moved_away = run.moved_away + elsewhere.charges
    from (
        select
            voided.run_id,
            count(*) as charges
        from voided
        where voided.due_date <> :due_date
        group by voided.run_id
    ) as elsewhere
    where run.id = elsewhere.run_id
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
