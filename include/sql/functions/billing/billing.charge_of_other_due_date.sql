-- In: for_due_date; since, the oldest month that it charges (null: as billing.charging_since). Out: the live charges of
-- other due dates that may charge the same months.
create or replace function billing.charge_of_other_due_date(for_due_date date, since date)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select event.*
    from billing.event_record as event
    where
        event.due_date <> for_due_date
        and event.due_date >= least(billing.charging_since(for_due_date), since)
        and event.due_date < billing.charging_until(for_due_date)
        and event.kind = 'charge'
        and event.cancelled_at is null
        and not event.reversed
$$;
