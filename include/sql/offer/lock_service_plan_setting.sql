-- In: service_plan_id. Locks its TV setting until the transaction ends. Out: the row, and all of it as JSON (state).
select
    setting.service_plan_id,
    setting.allows_tv,
    setting.package_id,
    cast(to_jsonb(setting) as text) as state
from tv.service_plan_setting as setting
where setting.service_plan_id = :service_plan_id
for update
