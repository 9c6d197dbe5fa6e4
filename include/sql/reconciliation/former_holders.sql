-- In: client_plans. Out: the other client plans that had a MAC which these have now: their subscribers may still have
-- it.
select distinct earlier.client_plan_id
from tv.client_point as wanted
inner join tv.client_point as earlier on wanted.mac = earlier.mac
where
    wanted.client_plan_id = any(cast(:client_plans as bigint[]))
    and wanted.removed_on is null
    and earlier.removed_on is not null
    and earlier.client_plan_id <> all(cast(:client_plans as bigint[]))
order by earlier.client_plan_id
