-- In: sync, entity, platform_uid, reason, content (the row as it came, as JSON). A row that is not taken, and why.
insert into tv.quarantine (catalog_sync_id, entity, platform_uid, reason, content)
values (:sync, :entity, :platform_uid, :reason, cast(:content as jsonb))
