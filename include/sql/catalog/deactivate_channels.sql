-- In: sync. Deactivates the active channels that the platform no longer lists, and records each; none is ever deleted.
-- A channel in quarantine was listed, so it stays as it is.
with gone as (
    update tv.channel as known
    set active = false, changed_at = now()
    where
        known.active
        and not exists (
            select 1
            from staging.channel as staged
            where staged.catalog_sync_id = :sync and staged.platform_uid = known.platform_uid
        )
        and not exists (
            select 1
            from tv.quarantine as bad
            where
                bad.catalog_sync_id = :sync
                and bad.entity = 'channel'
                and bad.platform_uid = known.platform_uid
        )
    returning known.platform_uid, known.name
)

insert into tv.catalog_change (catalog_sync_id, entity, platform_uid, change, before, after)
select
    :sync,
    'channel',
    platform_uid,
    'deactivated',
    jsonb_build_object('name', name, 'active', true),
    jsonb_build_object('name', name, 'active', false)
from gone
