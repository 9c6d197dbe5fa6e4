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
    with corrected as materialized (
        select
            event.client_package_id,
            event.reference_month,
            event.segment,
            event.price,
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
    ),

    waived as materialized (
        select
            sold.id as client_package_id,
            month.reference_month,
            month.created_at as at
        from billing.waived_month as month
        inner join tv.client_package as sold
            on month.client_plan_id = sold.client_plan_id and month.package_id = sold.package_id
        where
            month.reference_month >= billing.charging_since(for_due_date)
            and month.reference_month < billing.charging_until(for_due_date)
    ),

    charged as materialized (
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
                    from corrected
                    union all
                    select waived.client_package_id
                    from waived
                )
            )
    ),

    decided as (
        select
            corrected.client_package_id,
            corrected.reference_month,
            segment.number as segment,
            corrected.rebill,
            case when corrected.segment > 0 then corrected.price end as price,
            corrected.at,
            corrected.id
        from corrected
        -- A day of the month each, at most.
        cross join
            lateral generate_series(corrected.segment, case corrected.segment when 0 then 31 else corrected.segment end)
                as segment (number)
        where
            segment.number = corrected.segment
            or (corrected.client_package_id, corrected.reference_month, segment.number) not in (
                select
                    charged.client_package_id,
                    charged.reference_month,
                    charged.segment
                from charged
            )
        union all
        select
            waived.client_package_id,
            waived.reference_month,
            segment.number,
            false,
            cast(null as numeric),
            waived.at,
            0
        from waived
        cross join generate_series(1, 31) as segment (number)
        where
            not exists (
                select
                from charged
                where
                    charged.client_package_id = waived.client_package_id
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
