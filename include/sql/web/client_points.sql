-- In: client_plan_id. Out: the points of a client plan, those that are there first, then those that were removed.
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
where point.client_plan_id = :client_plan_id
order by point.removed_on is not null, point.id
limit 200
