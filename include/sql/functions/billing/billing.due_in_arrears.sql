-- In: for_due_date; billed_by and client_plans as of billing.sale. Out: as billing.due, what is charged in arrears. Not
-- inlined, so that what is charged in advance is read in parallel, and so that nothing is planned where no policy
-- charges in arrears.
create or replace function billing.due_in_arrears(
    for_due_date date, billed_by date default null, client_plans bigint[] default null
)
returns setof billing.month_of_sale
language plpgsql stable parallel safe rows 1000
set plan_cache_mode = force_custom_plan
as $$
begin
    if exists (select from billing.policy where policy.timing = 'arrears') then
        return query
        select owed.*
        from billing.owed(billing.month_before(for_due_date), for_due_date, null, client_plans, billed_by) as owed;
    end if;
end
$$;
