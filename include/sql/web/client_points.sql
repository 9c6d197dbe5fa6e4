-- In: client_plan_id or point_id (the other null). Out: the points of a client plan, active ones first, then removed
-- ones; or the one point.
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
where point.client_plan_id = cast(:client_plan_id as bigint) or point.id = cast(:point_id as bigint)
order by point.removed_on is not null, point.id
limit 200
