-- Out: what the ERP says of each client plan, and whether it can be relied on: a row that is repeated, incomplete or
-- impossible is parked (billing.client_plan_error), and so is one that does not say when it is due, since when it is
-- active, and whether it is, unless it is cancelled. Without id it says nothing.
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
            billing.client_plan_error(
                plan.id, plan.client_id, plan.service_plan_id, plan.activated_on, plan.cancelled_on,
                plan.status = 'cancelled', false
            ) is null
            and (
                plan.status = 'cancelled'
                or (
                    plan.status in ('active', 'suspended')
                    and plan.due_day between 1 and 31
                    and plan.activated_on is not null
                )
            )
        ), false)
    from erp.client_plan as plan
    where plan.id > 0
    group by plan.id
$$;
