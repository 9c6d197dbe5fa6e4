-- In: of_month, its first day; for_due_date (null: all); client_plans, to look at no others (null: all); billed_by, a
-- due date (null: none), to leave out what it processed in full. Out: the client packages of the client plans that are
-- due on that date, for the days [since, until) on which neither the contract, nor the TV tab of its service plan, nor
-- the package's own price (null: as the package has it) changed. The terms of contract and sale are as they are stated
-- now; parked is what is wrong with the row of the ERP; the policy is of the service plan of the billing day.
create or replace function billing.sale(
    of_month date, for_due_date date, client_plans bigint[] default null, billed_by date default null
)
returns setof billing.sale_of_contract
language sql stable parallel safe
as $$
    select
        plan.id,
        plan.service_plan_id,
        plan.status,
        plan.activated_on,
        plan.cancelled_on,
        coalesce(plan.error, billing.service_plan_error(plan.ended, terms.listed, terms.parked)),
        -- Known when the query is planned, for the month of the due date.
        case
            when of_month = billing.month_of(for_due_date) then for_due_date
            else billing.day_in(of_month, plan.due_day)
        end,
        sold.id,
        sold.package_id,
        sold.added_on,
        sold.cancelled_on,
        cast(sold.price as numeric),
        coalesce(terms.since, '-infinity'),
        coalesce(terms.until, 'infinity'),
        terms.policy_id,
        terms.daily,
        terms.arrears,
        terms.minimum_amount,
        terms.bills_suspended,
        terms.rounding,
        terms.allows_tv,
        terms.default_package
    from billing.due_contract(for_due_date) as plan
    inner join tv.client_package as sold on plan.id = sold.client_plan_id
    left join billing.plan_terms(of_month) as terms on coalesce(plan.service_plan_id, 0) = terms.service_plan_id
    where
        (client_plans is null or plan.id = any(client_plans))
        -- So written that the planner expects to keep all.
        and case
            when plan.id in (select changed.id from billing.changed_client_plan(of_month) as changed) then 1
            else 0
        end <> 1
        and not exists (
            select
            from billing.processed_in_full(billed_by, of_month) as processed
            where processed.client_package_id = sold.id
        )
    union all
    select changed.*
    from billing.changed_sale(of_month, for_due_date, billed_by) as changed
    where client_plans is null or changed.client_plan_id = any(client_plans)
$$;
