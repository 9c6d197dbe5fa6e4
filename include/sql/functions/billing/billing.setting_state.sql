-- Out: the TV tabs of the service plans on the days [since, until): as they were recorded, and as they are now.
create or replace view billing.setting_state as
select
    past.service_plan_id,
    past.allows_tv,
    past.package_id,
    past.since,
    past.until
from history.service_plan_setting as past
where past.until < 'infinity'
union all
select
    setting.service_plan_id,
    setting.allows_tv,
    setting.package_id,
    coalesce(present.since, '-infinity') as since,
    cast('infinity' as date) as until
from tv.service_plan_setting as setting
left join history.service_plan_setting as present
    on setting.service_plan_id = present.service_plan_id and present.until = 'infinity';
