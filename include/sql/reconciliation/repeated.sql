-- Out: some of the client plans that have two subscribers with one external_id.
select 'the platform has ' || count(*) || ' subscribers with the external_id ' || actual.client_plan_id as offender
from staging.subscriber as actual
where actual.client_plan_id is not null
group by actual.client_plan_id
having count(*) > 1
order by actual.client_plan_id
limit 5
