-- In: preview, decided_by, decided_at. Records that a person approved a stored list, once. Out: its due date; null if
-- the list was deleted.
select billing.approve_preview(:preview, :decided_by, :decided_at)
