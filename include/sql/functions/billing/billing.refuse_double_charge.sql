-- In: for_due_date. Raises unique_violation if another due date charges the same: a month in full that is charged by
-- anybody else, or more days of it than it has; within a due date too, for days, also beside the month in full. A
-- pending difference (segment 0) comes on top of what it knows was charged; more was charged if another due date
-- charges it too. The keys of its partition prevent the rest. Locks the months that are charged until the transaction
-- ends.
create or replace function billing.refuse_double_charge(for_due_date date)
returns void language plpgsql
set enable_nestloop = off
set plan_cache_mode = force_custom_plan
as $$
declare
    twice record;
    oldest date;
    by_days boolean;
    differs boolean;
begin
    perform billing.lock_charged_months(for_due_date);
    select
        min(event.reference_month),
        bool_or(event.days is not null),
        bool_or(event.segment = 0)
    into oldest, by_days, differs
    from billing.live_charge(for_due_date) as event;
    select
        event.id,
        other.id as other,
        other.due_date,
        'event_live_charge' as key
    into twice
    from billing.live_charge(for_due_date) as event
    inner join billing.charge_of_other_due_date(for_due_date, oldest) as other
        on event.client_package_id = other.client_package_id and event.reference_month = other.reference_month
    where (event.days is null or other.days is null) and event.segment > 0 and other.segment > 0
    limit 1;
    if not found then
        select
            event.id,
            other.id as other,
            other.due_date,
            'event_live_package' as key
        into twice
        from billing.live_charge(for_due_date) as event
        inner join billing.charge_of_other_due_date(for_due_date, oldest) as other
            on
                event.client_plan_id = other.client_plan_id
                and event.package_id = other.package_id
                and event.reference_month = other.reference_month
        where (event.days is null or other.days is null) and event.segment > 0 and other.segment > 0
        limit 1;
    end if;
    if not found and by_days then
        select
            min(charge.id) filter (where charge.due_date = for_due_date) as id,
            max(charge.id) as other,
            max(charge.due_date) as due_date,
            'event_live_charge' as key
        into twice
        from (
            select
                event.id,
                event.due_date,
                event.client_plan_id,
                event.package_id,
                event.reference_month,
                event.segment,
                event.days,
                event.denominator
            from billing.live_charge(for_due_date) as event
            union all
            select
                other.id,
                other.due_date,
                other.client_plan_id,
                other.package_id,
                other.reference_month,
                other.segment,
                other.days,
                other.denominator
            from billing.charge_of_other_due_date(for_due_date, oldest) as other
        ) as charge
        group by charge.client_plan_id, charge.package_id, charge.reference_month
        having
            bool_or(charge.due_date = for_due_date)
            and (
                sum(charge.days) > max(charge.denominator)
                or (bool_or(charge.days is null) and bool_or(charge.days is not null and charge.segment > 0))
            )
        limit 1;
    end if;
    if not found and differs then
        select
            difference.id,
            max(other.id) as other,
            max(other.due_date) as due_date,
            'event_live_charge' as key
        into twice
        from billing.pending_charge(for_due_date) as difference
        inner join billing.charge_of_other_due_date(for_due_date, oldest) as other
            on
                difference.client_plan_id = other.client_plan_id
                and difference.package_id = other.package_id
                and difference.reference_month = other.reference_month
        left join billing.adjusted as adjusted on other.id = adjusted.charge_id and other.due_date = adjusted.due_date
        where difference.segment = 0
        group by difference.id, difference.value_before
        having sum(other.amount + coalesce(adjusted.amount, 0)) > difference.value_before
        limit 1;
    end if;
    if found then
        raise exception '%: event % and event % of due date %', twice.key, twice.id, twice.other, twice.due_date
            using errcode = 'unique_violation', constraint = twice.key;
    end if;
end
$$;
