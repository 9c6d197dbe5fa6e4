-- In: of_month, its first day. Out: what the month of a contract is billed by, for each service plan, and none (0): its
-- policy (billing.policy_of), its TV tab on the days [since, until), and what billing.service_plan says of it (listed:
-- its number there, or null). One function, so that the list joins it once. Not inlined, so that this stays parallel;
-- with many rows, so that the planner, which knows little of the conditions on them, expects a match of each contract.
create or replace function billing.plan_terms(of_month date)
returns table (
    service_plan_id bigint,
    policy_id bigint,
    daily boolean,
    arrears boolean,
    minimum_amount numeric,
    bills_suspended boolean,
    rounding text,
    allows_tv boolean,
    default_package bigint,
    since date,
    until date,
    listed bigint,
    parked text
)
language sql stable parallel safe rows 10000
set enable_nestloop = on
as $$
    select
        coalesce(listed.id, setting.service_plan_id, policy.service_plan_id),
        policy.policy_id,
        policy.daily,
        policy.arrears,
        policy.minimum_amount,
        policy.bills_suspended,
        policy.rounding,
        setting.allows_tv,
        setting.package_id,
        coalesce(setting.since, '-infinity'),
        coalesce(setting.until, 'infinity'),
        listed.id,
        listed.parked
    from billing.service_plan() as listed
    full join billing.setting_state as setting on listed.id = setting.service_plan_id
    full join billing.policy_of(of_month) as policy
        on coalesce(listed.id, setting.service_plan_id) = policy.service_plan_id
$$;
