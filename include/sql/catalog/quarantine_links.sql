-- In: sync, whose rows are staged and whose bad rows are in quarantine. Moves each staged link whose channel the
-- platform does not list into quarantine too. A listed channel that is in quarantine itself counts if it is in
-- tv.channel.
with refused as (
    delete from staging.package_channel as link
    where
        link.catalog_sync_id = :sync
        and not exists (
            select 1
            from staging.channel as listed
            where listed.catalog_sync_id = :sync and listed.platform_uid = link.channel_uid
        )
        and not exists (
            select 1
            from tv.quarantine as bad
            inner join tv.channel as known on bad.platform_uid = known.platform_uid
            where
                bad.catalog_sync_id = :sync
                and bad.entity = 'channel'
                and bad.platform_uid = link.channel_uid
        )
    returning link.package_uid, link.channel_uid
)

insert into tv.quarantine (catalog_sync_id, entity, platform_uid, reasons, content)
select
    :sync,
    'package_channel',
    refused.package_uid,
    jsonb_build_array(
        jsonb_build_object(
            'code', case
                when
                    exists (
                        select 1
                        from tv.quarantine as bad
                        where
                            bad.catalog_sync_id = :sync
                            and bad.entity = 'channel'
                            and bad.platform_uid = refused.channel_uid
                    )
                    then 'channel_in_quarantine'
                else 'channel_not_listed'
            end,
            'parameters', jsonb_build_object('channel_uid', refused.channel_uid)
        )
    ),
    jsonb_build_object('package_uid', refused.package_uid, 'channel_uid', refused.channel_uid)
from refused
