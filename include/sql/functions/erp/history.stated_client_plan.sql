-- Out: what the ERP says of each client plan, and whether it can be relied on: a row that is repeated, incomplete or
-- impossible is parked. Without id it says nothing.
create or replace function history.stated_client_plan()
returns table (
    client_plan_id bigint,
    client_id bigint,
    service_plan_id bigint,
    status text,
    due_day integer,
    activated_on date,
    cancelled_on date,
    reliable boolean
)
language sql stable
as $$
    select
        plan.id,
        min(plan.client_id),
        min(plan.service_plan_id),
        min(cast(plan.status as text)),
        cast(min(plan.due_day) as integer),
        min(plan.activated_on),
        min(plan.cancelled_on),
        count(*) = 1
        and coalesce(bool_and(
            plan.client_id is not null
            and plan.service_plan_id is not null
            and plan.status in ('active', 'suspended', 'cancelled')
            and plan.due_day between 1 and 31
            and isfinite(plan.activated_on)
        ), false)
    from erp.client_plan as plan
    where plan.id is not null
    group by plan.id
$$;
