-- In: run_id, due_date. Adds a pending event for each charge of the list (candidate) that has no live
-- one in the reference month. Another run that got there first makes event_live_charge fail the whole transaction.
insert into billing.event (
    run_id,
    client_plan_id,
    service_plan_id,
    client_package_id,
    package_id,
    due_date,
    reference_month,
    kind,
    amount,
    price,
    price_source,
    days,
    days_before,
    denominator,
    policy_id
)
select
    :run_id,
    candidate.client_plan_id,
    candidate.service_plan_id,
    candidate.client_package_id,
    candidate.package_id,
    :due_date,
    candidate.reference_month,
    'charge',
    candidate.amount,
    candidate.price,
    candidate.price_source,
    candidate.days,
    candidate.days_before,
    candidate.denominator,
    candidate.policy_id
from candidate
where candidate.exclusion is null and candidate.event_id is null
-- In the order of the indexes, which then grow at their end.
order by candidate.client_plan_id, candidate.client_package_id
