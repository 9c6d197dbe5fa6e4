-- In: for_due_date (null: all). Out: the client plans that are due, once each; not those that the ERP repeats
-- (billing.repeated_client_plan). error: what is wrong with the row itself. ended: it is cancelled, or over on that
-- day.
create or replace function billing.due_contract(for_due_date date)
returns table (
    id bigint,
    client_id bigint,
    service_plan_id bigint,
    status text,
    due_day integer,
    activated_on date,
    cancelled_on date,
    error text,
    ended boolean
)
language sql stable parallel safe
as $$
    select
        due.id,
        due.client_id,
        due.service_plan_id,
        due.status,
        due.due_day,
        due.activated_on,
        due.cancelled_on,
        billing.client_plan_error(
            due.id, due.client_id, due.service_plan_id, due.activated_on, due.cancelled_on,
            due.status = 'cancelled', due.cancelled_on <= for_due_date
        ),
        due.status = 'cancelled' or due.cancelled_on <= for_due_date
    from billing.due_row(for_due_date) as due
    where
        -- So written that the planner expects to keep all.
        case
            when due.id in (select repeated.id from billing.repeated_client_plan(for_due_date) as repeated) then 1
            else 0
        end <> 1
$$;
