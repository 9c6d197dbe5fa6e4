-- In: id of a package. Locks it until the transaction ends, but not against rows that only refer to it. Out: the
-- package with the ISP's offer, and the whole row but its time stamp as JSON (state).
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
