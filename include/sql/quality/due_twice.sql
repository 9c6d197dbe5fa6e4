-- In: due_date. Out: each client plan that is due more than once, as happens when erp.client_plan is a view that
-- repeats rows.
select 'client plan ' || plan.id || ' is due ' || count(*) || ' times' as offender
from billing.due_client_plan(:due_date) as plan
group by plan.id
having count(*) > 1
