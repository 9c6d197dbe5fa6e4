-- In: for_due_date. Out: the client plans that are due, each with the reason why its contract is not in force on that
-- day, or null. A due day past the end of the month is the month's last day.
create or replace function billing.due_client_plan(for_due_date date)
returns table (
    id bigint,
    client_id bigint,
    service_plan_id bigint,
    status text,
    activated_on date,
    cancelled_on date,
    exclusion text
)
language sql stable parallel safe
as $$
    select
        plan.id,
        plan.client_id,
        plan.service_plan_id,
        plan.status,
        plan.activated_on,
        plan.cancelled_on,
        case
            -- A value that a view of the ERP leaves empty is never a reason to charge.
            when plan.status = 'cancelled' or plan.cancelled_on <= for_due_date then 'client_plan_cancelled'
            when plan.status is distinct from 'active' then 'client_plan_suspended'
            when plan.activated_on is null or plan.activated_on > for_due_date then 'client_plan_not_active_yet'
        end
    from erp.client_plan as plan
    where
        -- Cast to the column's own type, so that its index and statistics are used.
        plan.due_day between cast(extract(day from for_due_date) as smallint)
        and cast(
            case
                when extract(day from for_due_date + 1) = 1 then 31
                else extract(day from for_due_date)
            end as smallint
        )
$$;
