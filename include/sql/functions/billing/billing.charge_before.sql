-- In: for_due_date. Out: the live charges of the month before of its due days. Where a shorter month brought more due
-- days together, only those of the client plans that are due on the date.
create or replace function billing.charge_before(for_due_date date)
returns setof billing.event_record
language sql stable parallel safe
as $$
    select event.*
    from billing.event_record as event
    where
        event.due_date = any(billing.due_dates_before(for_due_date))
        and event.kind = 'charge'
        and event.cancelled_at is null
        and not event.reversed
        and (
            extract(day from event.due_date + 1) <> 1
            or (
                extract(day from for_due_date + 1) = 1
                and extract(day from for_due_date) <= extract(day from event.due_date)
            )
            or event.client_plan_id in (select due.id from billing.due_client_plan(for_due_date) as due)
        )
$$;
