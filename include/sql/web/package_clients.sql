-- Out: how many client plans have each package, included in the plan or sold as an extra, and their prices a month.
select
    clients.package_id,
    package.name as package,
    clients.kind,
    clients.client_plans,
    clients.amount
from reports.package_clients as clients
inner join tv.package as package on clients.package_id = package.id
order by clients.client_plans desc, package.name asc
