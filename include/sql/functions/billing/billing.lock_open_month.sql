-- In: of_client_plan, of_package (0: the plan fee), month (its first day). Takes exclusive locks until the transaction
-- ends: on the open month, if it is open, and on what is charged of the month, or on its plan fees. In the order of
-- whoever charges them. Out: whether it is open, and no later charge paid it.
create or replace function billing.lock_open_month(of_client_plan bigint, of_package bigint, month date)
returns boolean language plpgsql
set search_path = pg_catalog, pg_temp
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    is_open boolean;
begin
    if of_package = 0 then
        perform pg_advisory_xact_lock(hashtextextended('plan fees of ' || month, 0));
    end if;
    -- Once more if the sweep, which finds all open months anew, replaced the row meanwhile.
    for attempt in 1..2 loop
        perform from billing.open_month as open
        where
            open.client_plan_id = of_client_plan
            and open.package_id = of_package
            and open.reference_month = lock_open_month.month
        for update;
        is_open := found;
        exit when is_open;
    end loop;
    if of_package = 0 then
        return is_open and not exists (
            select
            from finance.posting_of_plans as fee
            where fee.fee_client_plan_id = of_client_plan and fee.fee_month = lock_open_month.month
        );
    end if;
    perform pg_advisory_xact_lock(hashtextextended('charges of ' || month, 0));
    -- The row may be older than the last charge.
    return is_open and (
        select open.owed
        from billing.open_month as open
        where
            open.client_plan_id = of_client_plan
            and open.package_id = of_package
            and open.reference_month = lock_open_month.month
    ) > coalesce(
        (
            select sum(event.amount + coalesce(adjusted.amount, 0))
            from billing.event_record as event
            left join billing.adjusted as adjusted
                on event.id = adjusted.charge_id and event.due_date = adjusted.due_date
            where
                event.due_date >= lock_open_month.month
                and event.due_date < billing.charging_until(lock_open_month.month)
                and event.client_package_id in (
                    select sold.id
                    from tv.client_package as sold
                    where sold.client_plan_id = of_client_plan
                )
                and event.package_id = of_package
                and event.reference_month = lock_open_month.month
                and event.kind = 'charge'
                and event.cancelled_at is null
                and not event.reversed
        ), 0
    );
end
$$;
