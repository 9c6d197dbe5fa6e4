-- In: for_due_date. Out: what the client plans that are due owe for older months that no due date charged
-- (billing.open_unit): to be charged now, if the policy of the month says so, or else to be named (open_month). Not
-- inlined: these are few, and are looked up.
create or replace function billing.open_due(for_due_date date)
returns setof billing.month_of_sale
language plpgsql stable parallel safe rows 100
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    billed record;
begin
    for billed in
        select
            unit.reference_month as month,
            array_agg(distinct unit.client_plan_id) as client_plans
        from billing.open_unit(for_due_date) as unit
        where not unit.charged
        group by unit.reference_month
        order by unit.reference_month
    loop
        return query
        select
            owed.client_plan_id,
            owed.service_plan_id,
            owed.client_package_id,
            owed.package_id,
            owed.reference_month,
            owed.segment,
            owed.amount,
            owed.price,
            owed.price_source,
            owed.days,
            owed.days_before,
            owed.value_before,
            owed.denominator,
            owed.policy_id,
            case
                when
                    not policy.bills_open_months
                    -- By days, what was sold when the month had been billed is a difference.
                    and not (
                        policy.adjusts
                        and owed.days is not null
                        and (owed.client_plan_id, owed.package_id) in (
                            select
                                unit.client_plan_id,
                                unit.package_id
                            from billing.open_unit(for_due_date) as unit
                            where unit.reference_month = billed.month and unit.billed
                        )
                    )
                    then 'open_month'
            end
        from billing.owed(billed.month, null, null, billed.client_plans) as owed
        inner join billing.policy on owed.policy_id = policy.id
        where
            owed.client_plan_id = any(billed.client_plans)
            and owed.exclusion is null
            -- The due date bills the month before by itself, where that is charged in arrears.
            and not (
                policy.timing = 'arrears' and billed.month = billing.month_before(for_due_date)
            )
            and billed.month >= billing.go_live()
            and not exists (
                select
                from billing.event_record as event
                where
                    event.due_date >= billed.month
                    and event.due_date < billing.charging_until(for_due_date)
                    and event.due_date <> for_due_date
                    and event.client_plan_id = owed.client_plan_id
                    and event.package_id = owed.package_id
                    and event.reference_month = billed.month
                    -- So that they are found by the key of the client package.
                    and event.client_package_id in (
                        select sold.id
                        from tv.client_package as sold
                        where sold.client_plan_id = owed.client_plan_id
                    )
                    and event.kind = 'charge'
                    and event.cancelled_at is null
                    and not event.reversed
            )
            and not exists (
                select
                from billing.taken_back(billed.month) as taken_back
                where
                    taken_back.client_package_id = owed.client_package_id
                    and taken_back.reference_month = billed.month
                    and not taken_back.rebill
            );
    end loop;
end
$$;
