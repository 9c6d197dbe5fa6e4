-- In: client_plan_id. Out: the client plan with its client, its service plan and the plan's TV tab.
select
    plan.id,
    plan.status,
    plan.due_day,
    plan.activated_on,
    plan.cancelled_on,
    plan.client_id,
    privacy.name_of(client.id, client.name) as client,
    privacy.document_of(client.id, client.document) as document,
    client.status as client_status,
    plan.service_plan_id,
    service_plan.name as service_plan,
    service_plan.monthly_price,
    coalesce(setting.allows_tv, false) as allows_tv,
    setting.package_id,
    package.name as package,
    package.point_limit as package_point_limit
from erp.client_plan as plan
left join erp.client as client on plan.client_id = client.id
left join erp.service_plan as service_plan on plan.service_plan_id = service_plan.id
left join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
left join tv.package as package on setting.package_id = package.id
where plan.id = :client_plan_id
