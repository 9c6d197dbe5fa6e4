-- In: run_id, due_date. Fills pg_temp.incoming_event_record: a new event for each charge of the list (candidate) that
-- has none.
insert into pg_temp.incoming_event_record (
    id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, reference_month, segment,
    kind, amount, price, price_source, days, days_before, value_before, denominator, policy_id, reversed, created_at
)
select
    nextval('pg_temp.event_number'),
    cast(:run_id as bigint),
    candidate.client_plan_id,
    candidate.service_plan_id,
    candidate.client_package_id,
    candidate.package_id,
    cast(:due_date as date),
    candidate.reference_month,
    candidate.segment,
    'charge',
    candidate.amount,
    candidate.price,
    candidate.price_source,
    candidate.days,
    candidate.days_before,
    candidate.value_before,
    candidate.denominator,
    candidate.policy_id,
    false,
    now()
from candidate
where candidate.exclusion is null and candidate.event_id is null
