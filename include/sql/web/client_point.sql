-- In: id. Out: a point; no row if there is none.
select
    point.id,
    point.client_plan_id,
    point.mac,
    point.serial,
    point.device_type,
    point.label,
    point.added_on,
    point.removed_on
from tv.client_point as point
where point.id = :id
