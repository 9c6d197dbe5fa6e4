-- In: of_month, its first day; for_due_date (null: all); client_plans, to look at no others (null: all). Out: the
-- client packages of the client plans that are due on that date, for the days [since, until) on which neither the
-- contract nor the package's own price (null: as the package has it) changed. The terms of contract and sale are as
-- they are stated now; parked is what is wrong with the row of the ERP; billed_as is the service plan of the billing
-- day, whose policy rules the month.
create or replace function billing.sale(of_month date, for_due_date date, client_plans bigint[] default null)
returns setof billing.sale_of_contract
language sql stable parallel safe
as $$
    select
        plan.id,
        plan.service_plan_id,
        plan.status,
        plan.activated_on,
        plan.cancelled_on,
        plan.parked,
        -- Known when the query is planned, for the month of the due date.
        case
            when of_month = billing.month_of(for_due_date) then for_due_date
            else billing.day_in(of_month, plan.due_day)
        end,
        plan.service_plan_id,
        sold.id,
        sold.package_id,
        sold.added_on,
        sold.cancelled_on,
        cast(sold.price as numeric),
        cast('-infinity' as date),
        cast('infinity' as date)
    from billing.due_client_plan(for_due_date) as plan
    inner join tv.client_package as sold on plan.id = sold.client_plan_id
    where
        (client_plans is null or plan.id = any(client_plans))
        and not exists (
            select
            from billing.changed_client_plan(of_month) as changed
            where changed.id = plan.id
        )
    union all
    select changed.*
    from billing.changed_sale(of_month, for_due_date) as changed
    where client_plans is null or changed.client_plan_id = any(client_plans)
$$;
