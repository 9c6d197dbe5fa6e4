-- In: of_client_plan, of_package (0: the plan fee), month (its first day), reason, author. Waives what is open of the
-- month: it is neither named nor charged from now on. Out: whether anything was open. As the owner, because the screens
-- write no open months: they can waive one and nothing else.
create or replace function billing.waive_month(
    of_client_plan bigint, of_package bigint, month date, reason text, author text
)
returns boolean language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
begin
    if not billing.lock_open_month(of_client_plan, of_package, month) then
        return false;
    end if;
    with gone as (
        delete from billing.open_month as open
        where
            open.client_plan_id = of_client_plan
            and open.package_id = of_package
            and open.reference_month = waive_month.month
        returning open.*
    )

    insert into billing.waiver (
        client_plan_id, package_id, reference_month, waived, owed, charged, billed, service_plan_id, reason,
        author
    )
    select
        gone.client_plan_id,
        gone.package_id,
        gone.reference_month,
        true,
        gone.owed,
        gone.charged,
        gone.billed,
        gone.service_plan_id,
        waive_month.reason,
        waive_month.author
    from gone;
    return true;
end
$$;
