-- Out: when each of these was done last, in seconds since 1970: by every full reconciliation its snapshot of the
-- platform and its reading of the whole ERP, the last one that read all subscribers anew, and the last one that was
-- verified; the catalogue sync; the oldest of the dashboard's figures. What was never done has null.
select
    done.what,
    extract(epoch from done.at) as seconds
from (
    select
        'snapshot' as what,
        (
            select snapshot.taken_at
            from reconciliation.snapshot
            where
                snapshot.lane = 'full'
                and snapshot.only_client_plan_id is null
                and snapshot.subscribers is not null
            order by snapshot.id desc
            limit 1
        ) as at
    union all
    select
        'complete_snapshot',
        (
            select snapshot.complete_at
            from reconciliation.snapshot
            where
                snapshot.lane = 'full'
                and snapshot.only_client_plan_id is null
                and snapshot.subscribers is not null
            order by snapshot.id desc
            limit 1
        )
    union all
    select
        'erp_read',
        (
            select change_set.created_at
            from reconciliation.change_set
            where change_set.lane = 'full' and change_set.only_client_plan_id is null
            order by change_set.id desc
            limit 1
        )
    union all
    select
        'reconciliation',
        (
            select change_set.verified_at
            from reconciliation.change_set
            where
                change_set.verified_at is not null
                and change_set.lane = 'full'
                and change_set.only_client_plan_id is null
            order by change_set.id desc
            limit 1
        )
    union all
    select
        'catalog_sync',
        (
            select sync.merged_at
            from tv.catalog_sync as sync
            where sync.status = 'merged'
            order by sync.id desc
            limit 1
        )
    union all
    select
        'dashboard',
        (select min(refresh.refreshed_at) from reports.refresh)
) as done
order by done.what
