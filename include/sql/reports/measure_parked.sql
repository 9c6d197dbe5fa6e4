-- Out: how many rows are parked, by what they are of: contracts of the ERP and subscribers of the platform, by the
-- reconciliations; rows of the last catalogue that was merged.
select
    'client_plans' as source,
    count(*) as parked
from reconciliation.parked_client_plan
union all
select
    'subscribers',
    count(*)
from reconciliation.parked_subscriber
union all
select
    'catalog_rows',
    coalesce(
        (
            select sync.quarantined
            from tv.catalog_sync as sync
            where sync.status = 'merged'
            order by sync.id desc
            limit 1
        ),
        0
    )
