-- Out: what the ERP says of each client plan, and whether it can be relied on: a row that is repeated, incomplete or
-- impossible is parked, by the rules of billing.due_client_plan, unless it is cancelled. Without id it says nothing.
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
            plan.status = 'cancelled'
            or (
                plan.client_id > 0
                and plan.service_plan_id > 0
                and plan.status in ('active', 'suspended')
                and plan.due_day between 1 and 31
                and isfinite(plan.activated_on)
                and (plan.cancelled_on = '-infinity') is not true
            )
        ), false)
    from erp.client_plan as plan
    where plan.id > 0
    group by plan.id
$$;
