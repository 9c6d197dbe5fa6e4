-- In: sync. Takes name, type and activity of packages from staging; touches only rows that differ, and records what
-- each was before. Whether a package is extra, its price and its point limit are the ISP's: a new package gets a first
-- guess and no price, a known one keeps its own.
with known as (
    select
        id,
        platform_uid,
        name,
        service_type,
        active
    from tv.package
),

written as (
    insert into tv.package (platform_uid, name, service_type, extra, point_limit, active)
    select
        staged.platform_uid,
        staged.name,
        staged.service_type,
        staged.service_type = 'EXTENDED_SERVICE',
        staged.max_devices,
        staged.active
    from staging.package as staged
    left join known on staged.platform_uid = known.platform_uid
    where
        staged.catalog_sync_id = :sync
        and (
            known.id is null
            or (staged.name, staged.service_type, staged.active)
            is distinct from (known.name, known.service_type, known.active)
        )
    order by staged.platform_uid
    on conflict (platform_uid) do update
        set
            name = excluded.name,
            service_type = excluded.service_type,
            active = excluded.active,
            changed_at = now()
    returning platform_uid, name, service_type, active
)

insert into tv.catalog_change (catalog_sync_id, entity, platform_uid, change, before, after)
select
    :sync,
    'package',
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
