-- In: package_id. Out: the service plans that have it as their default package, with their names (null if the ERP has
-- none). A change that makes it a default waits for the lock of the package, so none is missed.
select
    setting.service_plan_id,
    plan.name
from tv.service_plan_setting as setting
left join erp.service_plan as plan on setting.service_plan_id = plan.id
where setting.package_id = :package_id
order by setting.service_plan_id
