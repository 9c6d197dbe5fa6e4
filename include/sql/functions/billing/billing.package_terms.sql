-- Out: billing.package_state. Not inlined, and with many rows, as billing.plan_terms, so that the planner expects each
-- sale to find its package: where it expects little, it plans for one process.
create or replace function billing.package_terms()
returns table (package_id bigint, extra boolean, active boolean, price numeric, since date, until date)
language sql stable parallel safe rows 2000
set enable_nestloop = on
as $$
    select
        state.package_id,
        state.extra,
        state.active,
        state.price,
        state.since,
        state.until
    from billing.package_state as state
$$;
