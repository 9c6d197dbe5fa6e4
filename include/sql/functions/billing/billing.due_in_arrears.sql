-- In: for_due_date. Out: as billing.due, what is charged in arrears. Not inlined, as billing.owed_by_days.
create or replace function billing.due_in_arrears(for_due_date date)
returns setof billing.month_of_sale
language sql stable parallel safe rows 1000
set plan_cache_mode = force_custom_plan
as $$
    select owed.*
    from billing.owed(billing.month_before(for_due_date), for_due_date, null) as owed
    where
        (
            select
                exists (
                    select
                    from billing.policy
                    where policy.timing = 'arrears'
                )
        )
$$;
