-- Empties the events by due date and status.
delete from reports.event_status
