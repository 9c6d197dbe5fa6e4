-- In: of_month, its first day; client_plans, those to look at. Out: what their packages that were charged owe for the
-- month. By days as the month is now. In full as it was judged on the due date that charged the package in full; or on
-- the billing day if the client plan was not due on that date, because its due day moved before it, if only days were
-- charged, because the policy changed, or if all was given back. Not inlined: these are few, and are looked up.
create or replace function billing.owed_as_charged(of_month date, client_plans bigint[])
returns setof billing.month_of_sale
language plpgsql stable parallel safe rows 100
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    charged record;
begin
    return query
    select by_days.*
    from billing.owed_by_days(of_month, null, null, client_plans) as by_days;
    for charged in
        select
            main.due_date,
            array_agg(main.client_plan_id) as of_client_plans,
            array_agg(main.package_id) as packages
        from (
            select
                event.client_plan_id,
                event.package_id,
                min(event.due_date) filter (
                    where billing.in_full(event.days, event.segment, event.amount + coalesce(adjusted.amount, 0))
                ) as due_date
            from billing.event_record as event
            left join billing.adjusted as adjusted
                on
                    event.id = adjusted.charge_id
                    and event.due_date = adjusted.due_date
                    and adjusted.due_date >= of_month
                    and adjusted.due_date < billing.charging_until(of_month)
            where
                event.due_date >= of_month
                and event.due_date < billing.charging_until(of_month)
                and event.reference_month = of_month
                -- So that they are found by the key of the client package.
                and event.client_package_id in (
                    select sold.id
                    from tv.client_package as sold
                    where sold.client_plan_id = any(client_plans)
                )
                and event.kind = 'charge'
                and event.cancelled_at is null
                and not event.reversed
            group by event.client_plan_id, event.package_id
        ) as main
        group by main.due_date
    loop
        return query
        with on_due_date as materialized (
            select in_full.*
            from billing.owed(of_month, charged.due_date, charged.due_date, charged.of_client_plans) as in_full
            where in_full.client_plan_id = any(charged.of_client_plans) and in_full.days is null
        ),

        moved as (
            select main.client_plan_id
            from unnest(charged.of_client_plans) as main (client_plan_id)
            where charged.due_date is not null
            except
            select on_due_date.client_plan_id
            from on_due_date
        ),

        judged as (
            select on_due_date.*
            from on_due_date
            union all
            select in_full.*
            from billing.owed(of_month, null, null, array(select moved.client_plan_id from moved)) as in_full
            where
                in_full.client_plan_id = any(array(select moved.client_plan_id from moved)) and in_full.days is null
        )

        select judged.*
        from judged
        where
            (judged.client_plan_id, judged.package_id) in (
                select
                    main.client_plan_id,
                    main.package_id
                from unnest(charged.of_client_plans, charged.packages) as main (client_plan_id, package_id)
            );
    end loop;
end
$$;
