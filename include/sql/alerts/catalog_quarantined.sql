-- Out: how many rows of the last catalogue sync are in quarantine.
select
    '' as key,
    jsonb_build_object(
        'channels', count(*) filter (where row.entity = 'channel'),
        'packages', count(*) filter (where row.entity = 'package'),
        'links', count(*) filter (where row.entity = 'package_channel')
    ) as parameters,
    cast(null as bigint) as client_plans,
    cast(null as numeric) as amount
from tv.quarantine as row
where
    row.catalog_sync_id = (
        select max(sync.id) from tv.catalog_sync as sync
        where sync.status = 'merged'
    )
having count(*) > 0
