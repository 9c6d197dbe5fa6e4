-- In: due_date. Sets this connection's sequence to the number after the due date's last event.
select setval(
    'pg_temp.event_number',
    (
        select coalesce(max(event.id), billing.number_before(:due_date)) + 1
        from billing.event_record as event
        where event.due_date = :due_date
    ),
    false
)
