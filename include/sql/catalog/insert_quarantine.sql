-- In: sync, entity, platform_uid, reason, content (the row as received, as JSON). Inserts a row that was refused.
insert into tv.quarantine (catalog_sync_id, entity, platform_uid, reason, content)
values (:sync, :entity, :platform_uid, :reason, cast(:content as jsonb))
