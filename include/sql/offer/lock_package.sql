-- In: id of a package. Out: the package with the ISP's offer and, as state, the row as JSON without its time stamp. The
-- row is held until the transaction ends, but not against what only refers to it.
select
    package.id,
    package.name,
    package.service_type,
    package.extra,
    package.price,
    package.point_limit,
    package.active,
    cast(to_jsonb(package) - 'changed_at' as text) as state
from tv.package as package
where package.id = :id
for no key update
