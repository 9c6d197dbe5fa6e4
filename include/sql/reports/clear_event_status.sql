-- Empties the events by due date and status.
delete from dashboard.event_status
