-- In: uids of services on the platform. Out: the names of those that are packages here, by platform_uid.
select
    package.platform_uid,
    package.name
from tv.package as package
where package.platform_uid = any(cast(:uids as text[]))
