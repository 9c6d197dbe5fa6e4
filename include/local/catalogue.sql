-- Out: how many channels, families and packages the catalogue has, the active ones only.
select
    (
        select count(*) from tv.channel
        where channel.active
    ) as channels,
    (
        select count(distinct channel.family) from tv.channel
        where channel.active
    ) as families,
    (
        select count(*) from tv.package
        where package.active
    ) as packages,
    (
        select count(*) from tv.package
        where package.active and package.extra
    ) as extras,
    (
        select count(*)
        from tv.package_channel
        inner join tv.channel on package_channel.channel_id = channel.id
        inner join tv.package on package_channel.package_id = package.id
        where channel.active and package.active
    ) as package_channels
