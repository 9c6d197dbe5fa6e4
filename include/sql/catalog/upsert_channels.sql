-- In: sync. Updates or inserts the staged channels; touches only rows that differ, and records what each was before.
with known as (
    select
        id,
        platform_uid,
        name,
        number,
        family,
        active
    from tv.channel
),

written as (
    insert into tv.channel (platform_uid, name, number, family, active)
    select
        staged.platform_uid,
        staged.name,
        staged.number,
        staged.family,
        staged.active
    from staging.channel as staged
    left join known on staged.platform_uid = known.platform_uid
    where
        staged.catalog_sync_id = :sync
        and (
            known.id is null
            or (staged.name, staged.number, staged.family, staged.active)
            is distinct from (known.name, known.number, known.family, known.active)
        )
    order by staged.number, staged.platform_uid
    on conflict (platform_uid) do update
        set
            name = excluded.name,
            number = excluded.number,
            family = excluded.family,
            active = excluded.active,
            changed_at = now()
    returning platform_uid, name, number, family, active
)

insert into tv.catalog_change (catalog_sync_id, entity, platform_uid, change, before, after)
select
    :sync,
    'channel',
    written.platform_uid,
    case
        when known.id is null then 'added'
        when known.active and not written.active then 'deactivated'
        when written.active and not known.active then 'reactivated'
        else 'changed'
    end,
    case when known.id is not null then to_jsonb(known) - 'id' - 'platform_uid' end,
    to_jsonb(written) - 'platform_uid'
from written
left join known on written.platform_uid = known.platform_uid
