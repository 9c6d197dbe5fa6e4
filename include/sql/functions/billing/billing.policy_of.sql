-- In: of_month, its first day. Out: the policy of each service plan, and of none (0), as it is in force for the month:
-- the newest of its own that is valid, or else the newest of all plans. Not inlined, so that the joins with it stay
-- parallel.
create or replace function billing.policy_of(of_month date)
returns table (
    service_plan_id bigint,
    policy_id bigint,
    daily boolean,
    arrears boolean,
    minimum_amount numeric(12, 2),
    bills_suspended boolean,
    rounding text
)
language sql stable parallel safe rows 10
set enable_nestloop = on
as $$
    with newest as (
        select distinct on (policy.service_plan_id) policy.*
        from billing.policy as policy
        where policy.valid_from <= of_month
        order by policy.service_plan_id asc, policy.id desc
    )

    select
        service_plan.id,
        policy.id,
        policy.proration = 'daily',
        policy.timing = 'arrears',
        policy.minimum_amount,
        policy.bills_suspended,
        policy.rounding
    from (
        select tab.service_plan_id as id from billing.setting_state as tab
        union
        select listed.id from billing.service_plan() as listed where listed.id is not null
        union
        select own.service_plan_id from billing.policy as own where own.service_plan_id is not null
        union
        select 0
    ) as service_plan
    left join newest as own on service_plan.id = own.service_plan_id
    inner join newest as policy
        on
            own.id = policy.id
            or (own.id is null and policy.service_plan_id is null)
$$;
