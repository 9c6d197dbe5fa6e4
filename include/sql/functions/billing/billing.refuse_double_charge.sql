-- In: for_due_date. Raises unique_violation if another due date charges the same; within a due date the keys of its
-- partition prevent that. Due dates of two months, each with its own lock, may charge the same month, so the months
-- that are charged are locked until the transaction ends.
create or replace function billing.refuse_double_charge(for_due_date date)
returns void language plpgsql set enable_nestloop = off as $$
declare
    month date := date_trunc('month', for_due_date::timestamp);
    twice record;
begin
    perform pg_advisory_xact_lock(hashtextextended('charges of ' || (month - interval '1 month')::date, 0));
    perform pg_advisory_xact_lock(hashtextextended('charges of ' || month, 0));
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
