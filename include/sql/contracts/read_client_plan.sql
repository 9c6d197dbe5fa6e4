-- In: client_plan_id, today. Out: the client plan, whether it is cancelled by today, its service plan with its name
-- (null if the ERP has none), and whether the service plan allows TV.
select
    plan.id,
    plan.service_plan_id,
    service.name as service_plan_name,
    plan.status = 'cancelled' or coalesce(plan.cancelled_on <= :today, false) as cancelled,
    coalesce(setting.allows_tv, false) as allows_tv
from erp.client_plan as plan
left join erp.service_plan as service on plan.service_plan_id = service.id
left join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
where plan.id = :client_plan_id
