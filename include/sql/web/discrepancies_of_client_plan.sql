-- In: client_plan_id. Out: the discrepancies of its packages.
select
    discrepancy.kind,
    discrepancy.client_plan_id,
    discrepancy.package_id,
    null as client,
    package.name as package,
    discrepancy.amount,
    discrepancy.reason as reason_code,
    discrepancy.parameters
from reports.discrepancy
inner join tv.package as package on discrepancy.package_id = package.id
where discrepancy.client_plan_id = :client_plan_id
order by discrepancy.kind, discrepancy.package_id
