-- In: clients (ids). Out: their client plans, with the service plan and whether it allows TV.
select
    plan.client_id,
    plan.id,
    plan.status,
    plan.due_day,
    service_plan.name as service_plan,
    coalesce(setting.allows_tv, false) as allows_tv
from erp.client_plan as plan
left join erp.service_plan as service_plan on plan.service_plan_id = service_plan.id
left join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
where plan.client_id = any(cast(:clients as bigint[]))
order by plan.client_id, plan.id
