-- In: package_id (or null for all), words (a plain text, or null), after_number and after_id (of the last row, or null
-- for the first page), size. Out: a page of channels by number. Inactive ones are shown only where no package is asked
-- for.
select
    channel.id,
    channel.platform_uid,
    channel.name,
    channel.number,
    channel.family,
    channel.active
from tv.channel as channel
where
    (channel.number, channel.id) > (coalesce(cast(:after_number as integer), 0), coalesce(cast(:after_id as bigint), 0))
    and (
        cast(:package_id as bigint) is null
        or (
            channel.active
            and exists (
                select 1
                from tv.package_channel as part
                where part.package_id = cast(:package_id as bigint) and part.channel_id = channel.id
            )
        )
    )
    and (
        cast(:words as text) is null
        or tv.plain(concat_ws(' ', channel.name, channel.family, channel.number)) like concat(
            '%', cast(:words as text), '%'
        )
    )
order by channel.number, channel.id
limit :size
