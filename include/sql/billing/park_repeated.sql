-- In: due_date. Parks each client package that the list (candidate) has more than once, because a view of the ERP
-- repeats rows: one row of it stays, as an exclusion. A person has to say which row is right; the others are charged
-- meanwhile.
with repeated as (
    select candidate.client_package_id
    from candidate
    where candidate.client_plan_id in (select plan.id from billing.repeated_client_plan(:due_date) as plan)
    group by candidate.client_package_id
    having count(*) > 1
),

removed as (
    delete from candidate
    using repeated
    where candidate.client_package_id = repeated.client_package_id
    returning candidate.*
)

insert into candidate
select distinct on (removed.client_package_id)
    removed.client_plan_id,
    removed.service_plan_id,
    removed.client_package_id,
    removed.package_id,
    removed.reference_month,
    removed.amount,
    removed.price,
    removed.price_source,
    removed.days,
    removed.days_before,
    removed.denominator,
    removed.policy_id,
    'listed_twice',
    removed.event_id
from removed
order by removed.client_package_id, removed.service_plan_id
