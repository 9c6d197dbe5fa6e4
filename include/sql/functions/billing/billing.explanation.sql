-- In: of_event, an event's number. Out: the line of billing.told about it; null if there is no such event.
create or replace function billing.explanation(of_event bigint)
returns text
language sql stable
as $$
    select billing.told(event)
    from billing.event_record as event
    where event.id = of_event and event.due_date = (select billing.due_date_of(of_event))
$$;
