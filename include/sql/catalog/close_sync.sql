-- In: sync, status (merged or superseded). Closes a sync; a closed one is never merged again.
update tv.catalog_sync
set
    status = :status,
    merged_at = case when :status = 'merged' then now() end
where id = :sync
