-- In: client_plan_id, mac, serial, device_type, label, added_on. Out: the new row, and the whole row as JSON
-- (state). The index client_point_mac refuses a MAC that is on an active point of any client.
insert into tv.client_point as point (client_plan_id, mac, serial, device_type, label, added_on)
values (:client_plan_id, :mac, :serial, :device_type, :label, :added_on)
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
