-- In: service_plan_id. Out: the service plan with its TV tab; no row if the ERP has none.
select
    plan.id,
    plan.name,
    plan.monthly_price,
    coalesce(setting.allows_tv, false) as allows_tv,
    setting.package_id,
    package.name as package
from erp.service_plan as plan
left join tv.service_plan_setting as setting on plan.id = setting.service_plan_id
left join tv.package as package on setting.package_id = package.id
where plan.id = :service_plan_id
