-- In: due_days, the ISP's. Out: each due day of active client plans with extras that no schedule serves, also one that
-- does not exist or is missing (null): how many they are, and what is sold to them a month by the prices of today.
create or replace function billing.unserved_due_day(due_days integer[])
returns table (due_day bigint, clients bigint, client_plans bigint, extras bigint, amount numeric)
language sql stable parallel safe rows 10
as $$
    select
        cast(plan.due_day as bigint),
        count(distinct plan.client_id),
        count(distinct plan.id),
        count(*),
        sum(coalesce(sold.price, package.price, 0))
    from tv.client_package as sold
    inner join erp.client_plan as plan on sold.client_plan_id = plan.id
    inner join tv.package as package on sold.package_id = package.id
    where
        sold.cancelled_on is null
        and plan.status = 'active'
        and (plan.due_day = any(unserved_due_day.due_days)) is not true
    group by plan.due_day
$$;
