-- In: service_plan_id (one, or null for all), after (a service plan, or null for the first page), size. Out: a page of
-- service plans in the order of their ids, with their TV tab. A plan without one does not allow TV.
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
where
    plan.id > coalesce(cast(:after as bigint), 0)
    and (cast(:service_plan_id as bigint) is null or plan.id = cast(:service_plan_id as bigint))
order by plan.id
limit :size
