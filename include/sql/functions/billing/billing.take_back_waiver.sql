-- In: of_client_plan, of_package (0: the plan fee), month (its first day), reason, author. Takes the waiver of the
-- month back: it is open again, as it was found when it was waived. Out: whether it was waived. As the owner, as
-- billing.waive_month.
create or replace function billing.take_back_waiver(
    of_client_plan bigint, of_package bigint, month date, reason text, author text
)
returns boolean language plpgsql
security definer set search_path = pg_catalog, pg_temp
as $$
declare
    waived billing.waived_month;
begin
    perform billing.lock_open_month(of_client_plan, of_package, month);
    select last.* into waived
    from billing.waived_month as last
    where
        last.client_plan_id = of_client_plan
        and last.package_id = of_package
        and last.reference_month = take_back_waiver.month;
    if not found then
        return false;
    end if;
    insert into billing.waiver (
        client_plan_id, package_id, reference_month, waived, owed, charged, billed, service_plan_id, reason,
        author
    )
    values (
        of_client_plan, of_package, take_back_waiver.month, false, waived.owed, waived.charged,
        waived.billed, waived.service_plan_id, take_back_waiver.reason, take_back_waiver.author
    );
    insert into billing.open_month (
        client_plan_id, package_id, reference_month, owed, charged, billed, service_plan_id
    )
    values (
        of_client_plan, of_package, take_back_waiver.month, waived.owed, waived.charged, waived.billed,
        waived.service_plan_id
    )
    on conflict do nothing;
    return true;
end
$$;
