-- In: for_due_date. Out: its charges that are neither voided nor reversed.
create or replace function billing.live_charge(for_due_date date)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select event.*
    from billing.event_record as event
    where
        event.due_date = for_due_date
        and event.kind = 'charge'
        and event.cancelled_at is null
        and not event.reversed
$$;
