-- In: run_id, due_date. Makes the table billing.incoming, with the columns of billing.event_record: a new event for
-- each charge of the list (candidate) that has none.
create table billing.incoming as
select
    nextval('pg_temp.event_number') as id,
    cast(:run_id as bigint) as run_id,
    candidate.client_plan_id,
    candidate.service_plan_id,
    candidate.client_package_id,
    candidate.package_id,
    cast(:due_date as date) as due_date,
    candidate.reference_month,
    cast('charge' as text) as kind,
    candidate.amount,
    candidate.price,
    candidate.price_source,
    candidate.days,
    candidate.days_before,
    candidate.denominator,
    candidate.policy_id,
    false as reversed,
    cast(null as text) as cancel_reason,
    now() as created_at,
    cast(null as timestamptz) as cancelled_at
from candidate
where candidate.exclusion is null and candidate.event_id is null
