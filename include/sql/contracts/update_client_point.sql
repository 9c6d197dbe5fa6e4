-- In: id, mac, serial, device_type, label, removed_on. Out: the row, and the whole row as JSON (state).
-- The index client_point_mac refuses a MAC that is on an active point of any client.
update tv.client_point as point
set mac = :mac, serial = :serial, device_type = :device_type, label = :label, removed_on = :removed_on
where point.id = :id
returning
    point.id,
    point.client_plan_id,
    point.mac,
    point.serial,
    point.device_type,
    point.label,
    point.added_on,
    point.removed_on,
    cast(to_jsonb(point) as text) as state
