-- In: of_month, its first day. Out: the client packages whose charges of the month a person took back for good, or that
-- a person waived, and of which nothing charged is left. Not inlined: these are few, and are looked up.
create or replace function billing.left_uncharged(of_month date)
returns table (client_package_id bigint)
language sql stable parallel safe rows 10
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
    select distinct taken_back.client_package_id
    from billing.taken_back(of_month) as taken_back
    where
        taken_back.reference_month = of_month
        and not taken_back.rebill
        and not exists (
            select
            from billing.event_record as event
            where
                event.due_date >= of_month
                and event.due_date < billing.charging_until(of_month)
                and event.client_package_id = taken_back.client_package_id
                and event.reference_month = of_month
                and event.kind = 'charge'
                and event.cancelled_at is null
                and not event.reversed
        )
$$;
