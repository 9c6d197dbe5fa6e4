-- Empties the clients by package.
delete from reports.package_clients
