-- In: as billing.owed_part. Out: what each client package owes for the month, in full or by its days; or one reason why
-- it owes nothing. Knows nothing of events, but for those of billed_by.
create or replace function billing.owed(
    of_month date, for_due_date date, judged_on date, client_plans bigint[] default null, billed_by date default null
)
returns setof billing.month_of_sale
language sql stable parallel safe
as $$
    select
        part.client_plan_id,
        coalesce(part.service_plan_id, 0),
        part.client_package_id,
        part.package_id,
        of_month,
        1,
        part.price,
        part.price,
        part.price_source,
        cast(null as integer),
        cast(null as integer),
        cast(null as numeric),
        cast(null as integer),
        part.policy_id,
        coalesce(
            part.exclusion,
            case when part.price < greatest(part.minimum_amount, 0.01) then 'below_minimum' end
        )
    from billing.owed_part(of_month, for_due_date, judged_on, false, client_plans, billed_by) as part
    union all
    select by_days.*
    from billing.owed_by_days(of_month, for_due_date, judged_on, client_plans, billed_by) as by_days
$$;
