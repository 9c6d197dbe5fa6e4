-- In: for_due_date; billed_by and client_plans as of billing.sale. Out: what the client packages of the client plans
-- that are due owe for the month that the date bills: its own, or the one before where that is charged in arrears;
-- both, if that changed in between. And older months that are open, or of which a difference is left.
create or replace function billing.due(
    for_due_date date, billed_by date default null, client_plans bigint[] default null
)
returns setof billing.month_of_sale
language sql stable parallel safe
as $$
    select owed.*
    from billing.owed(billing.month_of(for_due_date), for_due_date, null, client_plans, billed_by) as owed
    union all
    select in_arrears.*
    from billing.due_in_arrears(for_due_date, billed_by, client_plans) as in_arrears
    union all
    select open_due.*
    from billing.open_due(for_due_date) as open_due
    where client_plans is null or open_due.client_plan_id = any(client_plans)
    union all
    select difference.*
    from billing.difference_due(for_due_date) as difference
    where client_plans is null or difference.client_plan_id = any(client_plans)
$$;
