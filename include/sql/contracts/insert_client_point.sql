-- In: client_plan_id, mac, serial, device_type, label, added_on. Out: the new row and, as state, the whole of it as
-- JSON. client_point_mac refuses a MAC that is on a live point of whatever client.
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
