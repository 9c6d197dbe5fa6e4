-- In: event, a pending charge. Cancels it.
update billing.event
set status = 'cancelled', cancelled_at = now(), cancel_reason = 'corrected'
where id = :event
