-- Out: the monthly price of each service plan that the ERP states once, as billing.service_plan has it.
create or replace function history.stated_service_plan()
returns table (id bigint, monthly_price numeric(12, 2))
language sql stable
as $$
    select
        plan.id,
        plan.monthly_price
    from billing.service_plan() as plan
    where plan.id > 0 and plan.parked is null
$$;
