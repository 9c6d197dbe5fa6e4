-- In: event and due date of a charge that was corrected. Out: the live charge of the same month that stands in the way
-- of charging it again, whichever due date it is of; no row if there is none. Other segments of the month, by the same
-- due date, do not while the month has days for all of them; nor do a charge and a difference of it that was made
-- before the correction.
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
    corrected_at timestamptz := (
        select max(correction.created_at)
        from billing.correction
        where correction.event_id = of_event and correction.event_due_date = for_due_date
    );
begin
    return query
    select found.id
    from (
        select
            other.id,
            case
                when charge.segment = 0 or other.segment = 0 then other.created_at > corrected_at
                else
                    charge.days is null
                    or other.days is null
                    or (
                        charge.client_package_id = other.client_package_id
                        and (charge.segment = other.segment or charge.due_date <> other.due_date)
                    )
            end as stands_in_the_way,
            charge.segment > 0
            and charge.days + sum(other.days) filter (where other.segment > 0) over () > charge.denominator as too_many
        from billing.event_record as other
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
