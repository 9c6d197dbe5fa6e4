-- Out: some of the client plans that are staged more than once on a side: an ERP view that repeats rows, or two
-- subscribers with one external_id.
select 'erp.client_plan lists client plan ' || desired.client_plan_id || ' ' || count(*) || ' times' as offender
from staging.desired_subscriber as desired
group by desired.client_plan_id
having count(*) > 1
union all
select 'the platform has ' || count(*) || ' subscribers with the external_id ' || actual.client_plan_id as offender
from staging.subscriber as actual
where actual.client_plan_id is not null
group by actual.client_plan_id
having count(*) > 1
limit 5
