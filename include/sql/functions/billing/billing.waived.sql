-- In: of_month, its first day. Out: the client packages whose charge for the month a person took back, not to be charged
-- again. The last correction counts. Looks the few corrected events up, as billing.taken_back.
create or replace function billing.waived(of_month date)
returns table (client_package_id bigint)
language sql stable parallel safe rows 10
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
    select event.client_package_id
    from billing.correction
    inner join billing.event_record as event
        on correction.event_due_date = event.due_date and correction.event_id = event.id
    where
        event.due_date >= of_month
        and event.due_date < billing.charging_until(of_month)
        and correction.event_due_date >= of_month
        and correction.event_due_date < billing.charging_until(of_month)
        and event.reference_month = of_month
    group by event.client_package_id
    having not (array_agg(correction.rebill order by correction.id desc))[1]
$$;
