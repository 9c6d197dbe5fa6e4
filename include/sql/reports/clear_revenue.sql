-- Empties the revenue by month and package.
delete from reports.revenue
