-- In: for_due_date (null: all). Out: the client plans that are due, once each; not those that the ERP repeats
-- (billing.repeated_client_plan). parked: what is wrong with the row, or with that of its service plan, if the contract
-- is not cancelled. exclusion: that, or why the contract is not in force on that day, or null.
create or replace function billing.due_client_plan(for_due_date date)
returns table (
    id bigint,
    client_id bigint,
    service_plan_id bigint,
    status text,
    due_day integer,
    activated_on date,
    cancelled_on date,
    parked text,
    exclusion text
)
language sql stable parallel safe
as $$
    select
        plan.id,
        plan.client_id,
        plan.service_plan_id,
        plan.status,
        plan.due_day,
        plan.activated_on,
        plan.cancelled_on,
        plan.parked,
        case
            when plan.parked is not null then plan.parked
            -- A value that a view of the ERP leaves empty is never a reason to charge.
            when plan.status = 'cancelled' or plan.cancelled_on <= for_due_date then 'client_plan_cancelled'
            when plan.status is distinct from 'active' then 'client_plan_suspended'
            when plan.activated_on is null or plan.activated_on > for_due_date then 'client_plan_not_active_yet'
        end
    from (
        select
            due.*,
            coalesce(
                billing.client_plan_error(
                    due.id, due.client_id, due.service_plan_id, due.activated_on, due.cancelled_on,
                    due.status = 'cancelled', due.cancelled_on <= for_due_date
                ),
                case
                    when due.status = 'cancelled' or due.cancelled_on <= for_due_date then null
                    when service_plan.id is null then 'service_plan_unknown'
                    else service_plan.parked
                end
            ) as parked
        from billing.due_row(for_due_date) as due
        left join billing.service_plan() as service_plan on due.service_plan_id = service_plan.id
        where (due.id in (select repeated.id from billing.repeated_client_plan(for_due_date) as repeated)) is not true
    ) as plan
$$;
