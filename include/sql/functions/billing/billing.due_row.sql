-- In: for_due_date (null: all). Out: the rows of erp.client_plan that are due, as the ERP shows them: with gaps, and
-- repeated. A due day past the end of the month is the month's last day.
create or replace function billing.due_row(for_due_date date)
returns table (
    id bigint,
    client_id bigint,
    service_plan_id bigint,
    status text,
    due_day integer,
    activated_on date,
    cancelled_on date
)
language sql stable parallel safe
as $$
    select
        plan.id,
        plan.client_id,
        plan.service_plan_id,
        plan.status,
        cast(plan.due_day as integer),
        plan.activated_on,
        plan.cancelled_on
    from erp.client_plan as plan
    where
        for_due_date is null
        -- Cast to the column's own type, so that its index and statistics are used.
        or plan.due_day between cast(extract(day from for_due_date) as smallint)
        and cast(
            case
                when extract(day from for_due_date + 1) = 1 then 31
                else extract(day from for_due_date)
            end as smallint
        )
$$;
