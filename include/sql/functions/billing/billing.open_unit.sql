-- In: for_due_date. Out: the older months that the client plans that are due may owe more for than was charged: those
-- of billing.open_month, and those that the due date charged already. charged: another due date charged something, be
-- it given back; or this one only a difference, on top of that. billed: the month's due date was billed, or this one
-- charged the month. Not inlined: these are few, and are looked up; and planned only if there are any.
create or replace function billing.open_unit(for_due_date date)
returns table (client_plan_id bigint, package_id bigint, reference_month date, charged boolean, billed boolean)
language plpgsql stable parallel safe rows 100
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    -- So that only the partitions that can have charges of these months are planned and locked.
    oldest date := (
        select min(open.reference_month)
        from billing.open_month as open
        where open.package_id <> 0
    );
begin
    if not (
        exists (
            select
            from billing.open_month as open
            where open.package_id <> 0 and open.reference_month < billing.month_of(for_due_date)
        )
        or exists (
            select
            from billing.policy
            where policy.bills_open_months or policy.adjusts
        )
    ) then
        return;
    end if;
    return query
    with unit as (
        select
            open.client_plan_id,
            open.package_id,
            open.reference_month,
            (open.charged > 0 and open.charged > coalesce(
                (
                    -- With a difference beside them, but not by itself.
                    select case when bool_or(own.segment > 0) then sum(own.amount) end
                    from billing.live_charge(for_due_date) as own
                    where
                        own.client_package_id in (
                            select sold.id
                            from tv.client_package as sold
                            where sold.client_plan_id = open.client_plan_id
                        )
                        and own.package_id = open.package_id
                        and own.reference_month = open.reference_month
                ), 0
            ))
            -- What they charged was given back.
            or (open.client_plan_id, open.package_id, open.reference_month) in (
                select
                    other.client_plan_id,
                    other.package_id,
                    other.reference_month
                from billing.charge_of_other_due_date(for_due_date, oldest) as other
                inner join billing.adjusted as adjusted
                    on
                        other.id = adjusted.charge_id
                        and other.due_date = adjusted.due_date
                        and adjusted.due_date >= oldest
                        and adjusted.due_date < billing.charging_until(for_due_date)
            ) as charged,
            open.billed
        from billing.open_month as open
        where open.package_id <> 0 and open.reference_month < billing.month_of(for_due_date)
        union all
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            bool_and(event.segment = 0),
            true
        from billing.live_charge(for_due_date) as event
        inner join billing.policy on event.policy_id = policy.id
        where
            event.reference_month < case policy.timing
                when 'arrears' then billing.month_before(for_due_date)
                else billing.month_of(for_due_date)
            end
            and (
                select bool_or(any_policy.bills_open_months or any_policy.adjusts)
                from billing.policy as any_policy
            )
        group by event.client_plan_id, event.package_id, event.reference_month
    )

    select
        unit.client_plan_id,
        unit.package_id,
        unit.reference_month,
        bool_or(unit.charged),
        bool_or(unit.billed)
    from unit
    where
        unit.client_plan_id in (
            select due.id
            from billing.due_client_plan(for_due_date) as due
            where
                -- As an array, so that few are looked up.
                due.id = any(array(select asked.client_plan_id from unit as asked))
                and due.id not in (
                    select changed.id
                    from billing.changed_client_plan(billing.month_of(for_due_date)) as changed
                )
            union all
            select changed.id
            -- Of the oldest month, so that those are among them that went since.
            from billing.changed_contract(
                (select min(older.reference_month) from unit as older), for_due_date
            ) as changed
        )
    group by unit.client_plan_id, unit.package_id, unit.reference_month;
end
$$;
