-- In: for_due_date. Raises unique_violation if another due date charges the same; within a due date the keys of its
-- partition prevent that. Locks the months that are charged until the transaction ends.
create or replace function billing.refuse_double_charge(for_due_date date)
returns void language plpgsql
set enable_nestloop = off
set plan_cache_mode = force_custom_plan
as $$
declare
    twice record;
begin
    perform billing.lock_charged_months(for_due_date);
    select
        event.id,
        other.id as other,
        other.due_date,
        'event_live_charge' as key
    into twice
    from billing.live_charge(for_due_date) as event
    inner join billing.charge_of_other_due_date(for_due_date) as other
        on event.client_package_id = other.client_package_id and event.reference_month = other.reference_month
    limit 1;
    if not found then
        select
            event.id,
            other.id as other,
            other.due_date,
            'event_live_package' as key
        into twice
        from billing.live_charge(for_due_date) as event
        inner join billing.charge_of_other_due_date(for_due_date) as other
            on
                event.client_plan_id = other.client_plan_id
                and event.package_id = other.package_id
                and event.reference_month = other.reference_month
        where event.days is null and other.days is null
        limit 1;
    end if;
    if found then
        raise exception '%: event % and event % of due date %', twice.key, twice.id, twice.other, twice.due_date
            using errcode = 'unique_violation', constraint = twice.key;
    end if;
end
$$;
