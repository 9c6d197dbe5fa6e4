-- Empties the totals of the discrepancies by kind.
delete from reports.discrepancy_total
