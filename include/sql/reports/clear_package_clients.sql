-- Empties the clients by package.
delete from dashboard.package_clients
