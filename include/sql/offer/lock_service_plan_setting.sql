-- In: service_plan_id. Out: its TV setting and, as state, the whole row as JSON. The row is held until the transaction
-- ends.
select
    setting.service_plan_id,
    setting.allows_tv,
    setting.package_id,
    cast(to_jsonb(setting) as text) as state
from tv.service_plan_setting as setting
where setting.service_plan_id = :service_plan_id
for update
