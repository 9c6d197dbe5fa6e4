-- In: event and due_date of a pending charge. Cancels it.
update billing.event_record as event
set cancelled_at = now(), cancel_reason = 'corrected'
where event.id = :event and event.due_date = :due_date
