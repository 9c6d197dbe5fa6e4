-- In: mac. Out: the active point that has it.
select
    point.id,
    point.client_plan_id
from tv.client_point as point
where point.mac = :mac and point.removed_on is null
