-- In: a client plan, a package, a month and some of its client packages. Out: what these owe for the month, in reais.
-- For the few that were charged and sold again, so it is not inlined.
create or replace function billing.owed_by(
    of_client_plan bigint, of_package bigint, of_month date, of_client_packages bigint[]
)
returns numeric
language sql stable parallel safe cost 100000
set enable_nestloop = on
as $$
    select coalesce(sum(owed.amount), 0)
    from billing.owed(of_month, null, null, array[of_client_plan]) as owed
    where
        owed.client_plan_id = of_client_plan
        and owed.package_id = of_package
        and owed.client_package_id = any(of_client_packages)
        and owed.exclusion is null
$$;
