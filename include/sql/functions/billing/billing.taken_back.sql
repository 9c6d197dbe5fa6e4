-- In: for_due_date. Out: the segments that a person took back, of the months that due dates of these months charged,
-- and whether they may be charged again. The last correction counts. Looks the few corrected events up whatever the
-- transaction's join settings, so it is not inlined.
create or replace function billing.taken_back(for_due_date date)
returns table (client_package_id bigint, reference_month date, segment integer, rebill boolean)
language sql stable parallel safe rows 10
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
    select
        event.client_package_id,
        event.reference_month,
        event.segment,
        (array_agg(correction.rebill order by correction.id desc))[1]
    from billing.correction
    inner join billing.event_record as event
        on correction.event_due_date = event.due_date and correction.event_id = event.id
    where
        event.due_date >= billing.charging_since(for_due_date)
        and event.due_date < billing.charging_until(for_due_date)
        and correction.event_due_date >= billing.charging_since(for_due_date)
        and correction.event_due_date < billing.charging_until(for_due_date)
    group by event.client_package_id, event.reference_month, event.segment
$$;
