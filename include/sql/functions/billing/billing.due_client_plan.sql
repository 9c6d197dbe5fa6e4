-- In: for_due_date (null: all). Out: the contracts of billing.due_contract. parked: what is wrong with the row, or with
-- that of its service plan, if the contract is not cancelled. exclusion: that, or why it is not in force on that day,
-- or null.
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
                due.error, billing.service_plan_error(due.ended, service_plan.id, service_plan.parked)
            ) as parked
        from billing.due_contract(for_due_date) as due
        left join billing.service_plan() as service_plan on due.service_plan_id = service_plan.id
    ) as plan
$$;
