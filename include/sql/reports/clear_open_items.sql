-- Empties reports.open_item.
delete from reports.open_item
