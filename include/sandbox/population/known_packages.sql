-- Out: the packages of the catalogue with what the ISP has set, in the order of the platform's uids.
select
    package.platform_uid,
    package.name,
    package.service_type,
    package.extra,
    package.price,
    package.point_limit,
    package.active
from tv.package as package
order by package.platform_uid
