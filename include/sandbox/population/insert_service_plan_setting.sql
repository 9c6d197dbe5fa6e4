-- In: id, allows_tv, package_uid (null for none). Inserts the TV tab of a service plan, with its default package.
insert into tv.service_plan_setting (service_plan_id, allows_tv, package_id)
select
    :id,
    :allows_tv,
    max(package.id)
from tv.package as package
where package.platform_uid = :package_uid
