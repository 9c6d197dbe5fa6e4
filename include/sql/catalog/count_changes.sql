-- In: sync. Out: how many changes of each kind it made to each entity.
select
    entity,
    change,
    count(*) as row_count
from tv.catalog_change
where catalog_sync_id = :sync
group by entity, change
order by entity, change
