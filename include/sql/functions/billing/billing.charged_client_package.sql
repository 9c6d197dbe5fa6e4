-- In: for_due_date. Out: the client packages that it charges, for whatever month. Not inlined, because a table that is
-- read inside a condition keeps the list to one process.
create or replace function billing.charged_client_package(for_due_date date)
returns table (id bigint)
language plpgsql stable parallel safe
set plan_cache_mode = force_custom_plan
as $$
begin
    return query
    select event.client_package_id
    from billing.live_charge(for_due_date) as event;
end
$$;
