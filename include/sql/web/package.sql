-- In: package_id. Out: the package; no row if there is none.
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
where package.id = :package_id
