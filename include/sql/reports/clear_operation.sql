-- Empties the operations by day.
delete from dashboard.operation
