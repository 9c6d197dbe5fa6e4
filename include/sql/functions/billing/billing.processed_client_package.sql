-- In: for_due_date. Out: the client packages of its processed charges, and their months. Not inlined, because a table
-- that is read inside a condition keeps the list to one process.
create or replace function billing.processed_client_package(for_due_date date)
returns table (id bigint, reference_month date)
language plpgsql stable parallel safe
set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    select
        event.client_package_id,
        event.reference_month
    from billing.processed_charge(for_due_date) as event;
end
$$;
