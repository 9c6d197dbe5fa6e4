-- Out: how many client plans have each package, released with the plan or sold on top, and the prices a month.
select
    clients.package_id,
    package.name as package,
    clients.kind,
    clients.client_plans,
    clients.amount
from dashboard.package_clients as clients
inner join tv.package as package on clients.package_id = package.id
order by clients.client_plans desc, package.name asc
