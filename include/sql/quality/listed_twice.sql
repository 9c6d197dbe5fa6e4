-- In: due_date. Out: each client package that is on the list more than once, as happens when erp.client_plan or
-- tv.service_plan_setting is a view that repeats rows.
select 'client package ' || candidate.client_package_id || ' is listed ' || count(*) || ' times' as offender
from billing.candidate(:due_date) as candidate
group by candidate.client_package_id
having count(*) > 1
