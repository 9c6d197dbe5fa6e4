-- Out: some of the client plans that the ERP lists more than once.
select 'erp.client_plan lists client plan ' || desired.client_plan_id || ' ' || count(*) || ' times' as offender
from staging.desired_subscriber as desired
group by desired.client_plan_id
having count(*) > 1
order by desired.client_plan_id
limit 5
