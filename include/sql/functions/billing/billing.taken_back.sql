-- In: for_due_date. Out: the segments that a person took back, of the months that due dates of these months charged,
-- and those of months that a person waived; whether they may be charged again, and the price that was taken back.
-- The last decision counts. One on a difference (segment 0) is one on each segment of its client package that is not
-- charged, and so is one that left nothing of it charged. What is charged of a waived month stays charged. Looks the
-- few events up whatever the transaction's join settings, so it is not inlined; and is planned only if there are
-- any.
create or replace function billing.taken_back(for_due_date date)
returns table (client_package_id bigint, reference_month date, segment integer, rebill boolean, price numeric)
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
    with charged as materialized (
        select
            event.client_package_id,
            event.reference_month,
            cast(event.segment as integer) as segment
        from billing.event_record as event
        where
            event.due_date >= billing.charging_since(for_due_date)
            and event.due_date < billing.charging_until(for_due_date)
            and event.kind = 'charge'
            and event.cancelled_at is null
            and not event.reversed
            -- So that they are found by the key of the client package.
            and event.client_package_id = any(
                array(
                    select corrected.client_package_id
                    from billing.correction
                    inner join billing.event_record as corrected
                        on correction.event_due_date = corrected.due_date and correction.event_id = corrected.id
                    where
                        corrected.due_date >= billing.charging_since(for_due_date)
                        and corrected.due_date < billing.charging_until(for_due_date)
                        and correction.event_due_date >= billing.charging_since(for_due_date)
                        and correction.event_due_date < billing.charging_until(for_due_date)
                    union all
                    select sold.id
                    from billing.waived_month as waived
                    inner join tv.client_package as sold
                        on waived.client_plan_id = sold.client_plan_id and waived.package_id = sold.package_id
                    where
                        waived.reference_month >= billing.charging_since(for_due_date)
                        and waived.reference_month < billing.charging_until(for_due_date)
                )
            )
    ),

    decided as (
        select
            event.client_package_id,
            event.reference_month,
            segment.number as segment,
            correction.rebill,
            case when event.segment > 0 then event.price end as price,
            correction.created_at as at,
            correction.id
        from billing.correction
        inner join billing.event_record as event
            on correction.event_due_date = event.due_date and correction.event_id = event.id
        -- A day of the month each, at most.
        cross join
            lateral generate_series(event.segment, case event.segment when 0 then 31 else event.segment end)
                as segment (number)
        where
            event.due_date >= billing.charging_since(for_due_date)
            and event.due_date < billing.charging_until(for_due_date)
            and correction.event_due_date >= billing.charging_since(for_due_date)
            and correction.event_due_date < billing.charging_until(for_due_date)
            and (
                segment.number = event.segment
                or (event.client_package_id, event.reference_month, segment.number) not in (
                    select
                        charged.client_package_id,
                        charged.reference_month,
                        charged.segment
                    from charged
                )
            )
        union all
        select
            sold.id,
            waived.reference_month,
            segment.number,
            false,
            cast(null as numeric),
            waived.created_at,
            0
        from billing.waived_month as waived
        inner join tv.client_package as sold
            on waived.client_plan_id = sold.client_plan_id and waived.package_id = sold.package_id
        cross join generate_series(1, 31) as segment (number)
        where
            waived.reference_month >= billing.charging_since(for_due_date)
            and waived.reference_month < billing.charging_until(for_due_date)
            and not exists (
                select
                from charged
                where
                    charged.client_package_id = sold.id
                    and charged.reference_month = waived.reference_month
                    and charged.segment in (segment.number, 0)
            )
    ),

    last as (
        select
            decided.client_package_id,
            decided.reference_month,
            decided.segment,
            (array_agg(decided.rebill order by decided.at desc, decided.id desc))[1] as rebill,
            (array_agg(decided.price order by decided.at desc, decided.id desc))[1] as price
        from decided
        group by decided.client_package_id, decided.reference_month, decided.segment
    )

    select
        last.client_package_id,
        last.reference_month,
        last.segment,
        last.rebill,
        last.price
    from last
    union all
    select
        nothing_left.client_package_id,
        nothing_left.reference_month,
        segment.number,
        false,
        cast(null as numeric)
    from (
        select
            last.client_package_id,
            last.reference_month
        from last
        where last.segment > 0 and not last.rebill
        except
        select
            charged.client_package_id,
            charged.reference_month
        from charged
    ) as nothing_left
    cross join generate_series(1, 31) as segment (number)
    where
        (nothing_left.client_package_id, nothing_left.reference_month, segment.number) not in (
            select
                last.client_package_id,
                last.reference_month,
                last.segment
            from last
        );
end
$$;
