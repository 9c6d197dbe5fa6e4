-- In: client_plan_id. Out: where sale, service and charge of its packages differ.
select
    drift.kind,
    drift.client_plan_id,
    drift.package_id,
    null as client,
    package.name as package,
    drift.amount,
    drift.reason
from reconciliation.drift as drift
inner join tv.package as package on drift.package_id = package.id
where drift.client_plan_id = :client_plan_id
order by drift.kind, drift.package_id
