-- In: sync, entity, platform_uid, reasons (codes with their parameters) and content (the row as received), both JSON.
-- Inserts a row that was refused.
insert into tv.quarantine (catalog_sync_id, entity, platform_uid, reasons, content)
values (:sync, :entity, :platform_uid, cast(:reasons as jsonb), cast(:content as jsonb))
