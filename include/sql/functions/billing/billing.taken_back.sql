-- In: for_due_date. Out: the segments that a person took back, of the months that due dates of these months charged,
-- and those of months that a person waived; and whether they may be charged again. The last decision counts. What is
-- charged of a waived month stays charged. Looks the few events up whatever the transaction's join settings, so it is
-- not inlined; and is planned only if there are any.
create or replace function billing.taken_back(for_due_date date)
returns table (client_package_id bigint, reference_month date, segment integer, rebill boolean)
language plpgsql stable parallel safe rows 10
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    if not (
        exists (
            select
            from billing.correction
            where
                correction.event_due_date >= billing.charging_since(for_due_date)
                and correction.event_due_date < billing.charging_until(for_due_date)
        )
        or exists (
            select
            from billing.waived_month as waived
            where
                waived.reference_month >= billing.charging_since(for_due_date)
                and waived.reference_month < billing.charging_until(for_due_date)
        )
    ) then
        return;
    end if;
    return query
    select
        decided.client_package_id,
        decided.reference_month,
        decided.segment,
        (array_agg(decided.rebill order by decided.at desc, decided.id desc))[1]
    from (
        select
            event.client_package_id,
            event.reference_month,
            cast(event.segment as integer) as segment,
            correction.rebill,
            correction.created_at as at,
            correction.id
        from billing.correction
        inner join billing.event_record as event
            on correction.event_due_date = event.due_date and correction.event_id = event.id
        where
            event.due_date >= billing.charging_since(for_due_date)
            and event.due_date < billing.charging_until(for_due_date)
            and correction.event_due_date >= billing.charging_since(for_due_date)
            and correction.event_due_date < billing.charging_until(for_due_date)
        union all
        select
            sold.id,
            waived.reference_month,
            segment.number,
            false,
            waived.created_at,
            0
        from billing.waived_month as waived
        inner join tv.client_package as sold
            on waived.client_plan_id = sold.client_plan_id and waived.package_id = sold.package_id
        -- A day of the month each, at most.
        cross join generate_series(1, 31) as segment (number)
        where
            waived.reference_month >= billing.charging_since(for_due_date)
            and waived.reference_month < billing.charging_until(for_due_date)
            and not exists (
                select
                from billing.event_record as event
                where
                    event.due_date >= billing.charging_since(for_due_date)
                    and event.due_date < billing.charging_until(for_due_date)
                    and event.client_package_id = sold.id
                    and event.reference_month = waived.reference_month
                    and event.segment = segment.number
                    and event.kind = 'charge'
                    and event.cancelled_at is null
                    and not event.reversed
            )
    ) as decided
    group by decided.client_package_id, decided.reference_month, decided.segment;
end
$$;
