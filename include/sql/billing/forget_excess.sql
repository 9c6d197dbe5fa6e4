-- In: event, due_date. Forgets that the event was charged beyond what is owed, because a person corrected it; the next
-- comparison finds what is still too much.
delete from billing.excess_charge as excess
where excess.due_date = :due_date and :event = any(excess.event_ids)
