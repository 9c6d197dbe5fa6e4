-- In: package_id (one package, or null for all), after (a package, or null for the first page), size. Out: a page of
-- packages in the order of their ids.
select
    package.id,
    package.platform_uid,
    package.name,
    package.service_type,
    package.extra,
    package.price,
    package.point_limit,
    package.active,
    (
        select count(*)
        from tv.package_channel as part
        inner join tv.channel as channel on part.channel_id = channel.id
        where part.package_id = package.id and channel.active
    ) as channels
from tv.package as package
where
    package.id > coalesce(cast(:after as bigint), 0)
    and (cast(:package_id as bigint) is null or package.id = cast(:package_id as bigint))
order by package.id
limit :size
