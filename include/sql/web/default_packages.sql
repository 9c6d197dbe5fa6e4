-- Out: the packages that may be a service plan's default, by name.
select
    package.id,
    package.name
from tv.package as package
where package.active and not package.extra and package.service_type = 'BASIC_SERVICE'
order by package.name, package.id
limit 500
