-- In: id of a package; extra, price or null, point_limit or null, which are the ISP's: a sync never writes them.
-- Out: the package and, as state, the row as JSON without its time stamp.
update tv.package as package
set extra = :extra, price = :price, point_limit = :point_limit, changed_at = now()
where package.id = :id
returning
    package.id,
    package.name,
    package.service_type,
    package.extra,
    package.price,
    package.point_limit,
    package.active,
    cast(to_jsonb(package) - 'changed_at' as text) as state
