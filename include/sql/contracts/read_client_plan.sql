-- In: client_plan_id, today. Out: the client plan, whether it is cancelled by then, and whether its plan allows TV.
select
    plan.id,
    plan.service_plan_id,
    plan.status = 'cancelled' or coalesce(plan.cancelled_on <= :today, false) as cancelled,
    coalesce(setting.allows_tv, false) as allows_tv
from erp.client_plan as plan
left join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
where plan.id = :client_plan_id
