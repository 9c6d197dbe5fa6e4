-- In: for_due_date. Out: whether this transaction made a charge of the due date for a month that was waived since it
-- began. Asked under the lock of the charged months. Not inlined: waived months are few, and are looked up.
create or replace function billing.charges_waived(for_due_date date)
returns boolean language plpgsql stable
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
begin
    return exists (
        select
        from billing.waived_month as waived
        inner join tv.client_package as sold
            on waived.client_plan_id = sold.client_plan_id and waived.package_id = sold.package_id
        inner join billing.event_record as event
            on sold.id = event.client_package_id and waived.reference_month = event.reference_month
        where
            -- A waiver commits moments after it is written.
            waived.created_at > now() - interval '1 minute'
            and waived.reference_month >= billing.charging_since(for_due_date) - interval '2 months'
            and waived.reference_month <= for_due_date
            and event.due_date = for_due_date
            and event.kind = 'charge'
            and event.cancelled_at is null
            and not event.reversed
            and event.created_at = now()
    );
end
$$;
