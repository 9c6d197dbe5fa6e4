-- In: client_plan_id, today. Out: the client plan, whether it is cancelled by then, and its service plan: the name as
-- far as the ERP has one, and whether it allows TV.
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
