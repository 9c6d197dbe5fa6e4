-- In: due_date. A sequence of this connection's own goes on where the numbers of the due date's events end.
select setval(
    'pg_temp.event_number',
    (
        select coalesce(max(event.id), billing.number_before(:due_date)) + 1
        from billing.event_record as event
        where event.due_date = :due_date
    ),
    false
)
