-- In: sync and the moment at which its fetch began. The row that says: this sync is staged, and may be merged.
insert into tv.catalog_sync (id, status, started_at)
values (:sync, 'staged', :started_at)
