-- In: event and due date of a charge. Out: a live difference that builds on it: of the same month and package, and made
-- after it, for whichever due date; the newest; no row if there is none.
create or replace function billing.later_difference(of_event bigint, for_due_date date)
returns table (id bigint)
language plpgsql stable
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    charge billing.event_record := (
        select event
        from billing.event_record as event
        where event.id = of_event and event.due_date = for_due_date
    );
begin
    return query
    select other.id
    from billing.event_record as other
    where
        other.due_date >= charge.reference_month
        and other.due_date < billing.charging_until(for_due_date)
        and other.id <> of_event
        and other.created_at >= charge.created_at
        -- So that they are found by the key of the client package.
        and other.client_package_id in (
            select sold.id
            from tv.client_package as sold
            where sold.client_plan_id = charge.client_plan_id
        )
        and other.client_plan_id = charge.client_plan_id
        and other.package_id = charge.package_id
        and other.reference_month = charge.reference_month
        and other.segment = 0
        and other.kind = 'charge'
        and other.cancelled_at is null
        and not other.reversed
    order by other.created_at desc, other.id desc
    limit 1;
end
$$;
