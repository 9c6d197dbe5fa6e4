-- In: of_event. Out: the due date that an event's number begins with: its partition, and no other, has the event.
create or replace function billing.due_date_of(of_event bigint)
returns date
language sql stable parallel safe
as $$
    select run.due_date
    from billing.run as run
    where run.kind = 'tv' and billing.number_before(run.due_date) = of_event / 100000000 * 100000000
$$;
