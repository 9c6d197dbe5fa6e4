-- In: of_client_plan, of_package (0: the plan fee), month (its first day). Takes exclusive locks until the transaction
-- ends: on the open month, if it is open, and on what is charged of the month. In the order of a list that is saved.
-- Out: whether it is open.
create or replace function billing.lock_open_month(of_client_plan bigint, of_package bigint, month date)
returns boolean language plpgsql
set search_path = pg_catalog, pg_temp
as $$
declare
    is_open boolean;
begin
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
    perform pg_advisory_xact_lock(hashtextextended('charges of ' || month, 0));
    return is_open;
end
$$;
