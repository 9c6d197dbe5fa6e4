-- Out: the TV tabs of the service plans on the days [since, until): as they were recorded, and as they are now. The
-- default package is today's: a plan that lacked it by mistake owes its months once it has one. 0 is no service plan.
create or replace view billing.setting_state as
select
    past.service_plan_id,
    past.allows_tv,
    setting.package_id,
    past.since,
    past.until
from history.service_plan_setting as past
left join tv.service_plan_setting as setting on past.service_plan_id = setting.service_plan_id
where past.until < 'infinity' and past.service_plan_id > 0
union all
select
    setting.service_plan_id,
    setting.allows_tv,
    setting.package_id,
    coalesce(present.since, '-infinity') as since,
    cast('infinity' as date) as until
from tv.service_plan_setting as setting
left join history.service_plan_setting as present
    on setting.service_plan_id = present.service_plan_id and present.until = 'infinity'
where setting.service_plan_id > 0;
