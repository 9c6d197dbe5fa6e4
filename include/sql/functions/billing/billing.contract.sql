-- In: of_month, its first day; for_due_date (null: all). Out: the client plans that are due on that date, each with its
-- states on the days [since, until), its terms as the ERP states them now, what is wrong with its row (parked), its
-- billing day in the month, and the service plan of that day, whose policy rules the month. The billing day is the last
-- day of the month that was the due day then, or the last of all if none was; after today the state of today holds.
create or replace function billing.contract(of_month date, for_due_date date)
returns table (
    id bigint,
    service_plan_id bigint,
    status text,
    since date,
    until date,
    activated_on date,
    cancelled_on date,
    parked text,
    billing_day date,
    billed_as bigint
)
language sql stable parallel safe
as $$
    select
        plan.id,
        plan.service_plan_id,
        plan.status,
        cast('-infinity' as date),
        cast('infinity' as date),
        plan.activated_on,
        plan.cancelled_on,
        plan.parked,
        billing.day_in(of_month, plan.due_day),
        plan.service_plan_id
    from billing.due_client_plan(for_due_date) as plan
    where
        not exists (
            select
            from billing.changed_client_plan(of_month) as changed
            where changed.id = plan.id
        )
    union all
    select changed.*
    from billing.changed_contract(of_month, for_due_date) as changed
$$;
