-- Empties the totals of the discrepancies by kind.
delete from dashboard.discrepancy
