-- In: id. Locks a point until the transaction ends. Out: the row, and the whole row as JSON (state).
select
    point.id,
    point.client_plan_id,
    point.mac,
    point.serial,
    point.device_type,
    point.label,
    point.added_on,
    point.removed_on,
    cast(to_jsonb(point) as text) as state
from tv.client_point as point
where point.id = :id
for no key update
