-- In: service_plan_id, allows_tv, package_id or null. Out: the row, and the whole row as JSON (state).
insert into tv.service_plan_setting as setting (service_plan_id, allows_tv, package_id)
values (:service_plan_id, :allows_tv, :package_id)
on conflict (service_plan_id) do update
    set allows_tv = excluded.allows_tv, package_id = excluded.package_id
returning
    setting.service_plan_id,
    setting.allows_tv,
    setting.package_id,
    cast(to_jsonb(setting) as text) as state
