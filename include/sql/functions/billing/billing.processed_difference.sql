-- In: for_due_date. Out: the client packages of its processed differences (segment 0), and their months. Not inlined,
-- because a table that is read inside a condition keeps the list to one process.
create or replace function billing.processed_difference(for_due_date date)
returns table (id bigint, reference_month date)
language plpgsql stable parallel safe rows 10
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    select
        event.client_package_id,
        event.reference_month
    from billing.processed_charge(for_due_date) as event
    where event.segment = 0;
end
$$;
