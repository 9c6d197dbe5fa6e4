-- In: id of a package; extra, price in reais or null, point_limit or null. A sync never writes these columns. Out: the
-- package, and the whole row but its time stamp as JSON (state).
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
