-- In: package_id. Out: the columns that decide whether a package may be sold as an extra or be a plan's default.
select
    package.name,
    package.service_type,
    package.extra,
    package.active
from tv.package as package
where package.id = :package_id
