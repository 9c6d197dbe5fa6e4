-- Empties reports.overdue_charge.
delete from reports.overdue_charge
