-- Out: the service plans of the ERP, once each, with their monthly price in reais and cents; parked: what is wrong with
-- it. The price is null then.
create or replace function billing.service_plan()
returns table (id bigint, name text, monthly_price numeric(12, 2), parked text)
language sql stable parallel safe
as $$
    select
        plan.id,
        plan.name,
        case when plan.parked is null then cast(plan.monthly_price as numeric(12, 2)) end,
        plan.parked
    from (
        select
            listed.id,
            min(listed.name) as name,
            min(listed.monthly_price) as monthly_price,
            case
                when count(*) > 1 then 'service_plan_repeated'
                -- Also NaN, which is greater than every number.
                when (min(listed.monthly_price) between 0 and 9999999999.99) is not true then 'impossible_monthly_price'
            end as parked
        from erp.service_plan as listed
        group by listed.id
    ) as plan
$$;
