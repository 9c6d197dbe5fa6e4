-- In: sync, started_at (when its fetch began). Inserts the sync as staged, so that it may be merged.
insert into tv.catalog_sync (id, status, started_at)
values (:sync, 'staged', :started_at)
