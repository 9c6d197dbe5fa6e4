-- In: event and due date of a charge that was corrected. Out: the live charge of the same month that stands in the way
-- of charging it again, whichever due date it is of; no row if there is none. Other segments of the month, by the same
-- due date, do not while their days are others and the month has days for all of them; nor does a difference on top of
-- the charge, while no more is charged than that knew.
create or replace function billing.charged_again(of_event bigint, for_due_date date)
returns table (id bigint)
language plpgsql stable
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    charge billing.event_record := (
        select event
        from billing.event_record as event
        where event.id = of_event and event.due_date = for_due_date
    );
    -- What it comes to if it counts again.
    amount_of_charge numeric := charge.amount + coalesce(
        (
            select adjusted.amount
            from billing.adjusted
            where adjusted.charge_id = of_event and adjusted.due_date = for_due_date
        ), 0
    );
    corrected_at timestamptz := (
        select min(correction.created_at)
        from billing.correction
        where
            correction.event_id = of_event
            and correction.event_due_date = for_due_date
            and correction.id > coalesce(
                (
                    select max(undone.id)
                    from billing.correction as undone
                    where
                        undone.event_id = of_event
                        and undone.event_due_date = for_due_date
                        and undone.action = 'take_back'
                ), 0
            )
    );
begin
    return query
    select found.id
    from (
        select
            other.id,
            case
                -- A difference comes on top of what it knew: if more is charged by now, that has its part.
                when charge.segment = 0
                    then
                        sum(other.amount + coalesce(adjusted.amount, 0)) over () > charge.value_before
                        or (
                            charge.client_package_id = other.client_package_id
                            and other.segment > 0
                            and coalesce(posting.created_at > corrected_at, true)
                        )
                when other.segment = 0
                    then
                        amount_of_charge + coalesce(
                            sum(other.amount + coalesce(adjusted.amount, 0))
                            filter (where other.segment > 0) over (), 0
                        ) > other.value_before
                else
                    charge.days is null
                    or other.days is null
                    or (
                        charge.client_package_id = other.client_package_id
                        and (charge.segment = other.segment or charge.due_date <> other.due_date)
                    )
                    -- Processed meanwhile for days of the month that both charge, by their place in it.
                    or (
                        coalesce(posting.created_at > corrected_at, true)
                        and charge.days_before < other.days_before + other.days
                        and other.days_before < charge.days_before + charge.days
                    )
            end as stands_in_the_way,
            charge.days + sum(other.days) over () > charge.denominator as too_many
        from billing.event_record as other
        left join billing.adjusted as adjusted on other.id = adjusted.charge_id and other.due_date = adjusted.due_date
        left join finance.posting
            on
                other.due_date = posting.event_due_date
                and other.id = posting.id
                and posting.event_due_date >= charge.reference_month
                and posting.event_due_date < billing.charging_until(for_due_date)
        where
            other.due_date >= charge.reference_month
            and other.due_date < billing.charging_until(for_due_date)
            and other.id <> of_event
            -- So that they are found by the key of the client package.
            and other.client_package_id in (
                select sold.id
                from tv.client_package as sold
                where sold.client_plan_id = charge.client_plan_id
            )
            and other.client_plan_id = charge.client_plan_id
            and other.package_id = charge.package_id
            and other.reference_month = charge.reference_month
            and other.kind = 'charge'
            and other.cancelled_at is null
            and not other.reversed
    ) as found
    where found.stands_in_the_way or found.too_many
    limit 1;
end
$$;
