-- Empties the operations by day.
delete from reports.operation
