-- In: of_event. Out: the due date, which the event's number begins with. The event is in that due date's partition.
create or replace function billing.due_date_of(of_event bigint)
returns date
language sql stable parallel safe
as $$
    select run.due_date
    from billing.run as run
    where run.kind = 'tv' and billing.number_before(run.due_date) = of_event / 100000000 * 100000000
$$;
