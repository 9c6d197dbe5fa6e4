-- In: id of a point. Out: its client plan, which never changes, so it can be locked before the row is read.
select point.client_plan_id
from tv.client_point as point
where point.id = :id
