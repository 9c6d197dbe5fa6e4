-- In: due_date. Out: each service plan that is due with a monthly price below zero, or that erp.service_plan lacks.
select
    'service plan ' || plan.service_plan_id || coalesce(' costs ' || service_plan.monthly_price, ' does not exist')
    || ', ' || count(*) || ' client plans have it' as offender
from billing.due_client_plan(:due_date) as plan
left join erp.service_plan as service_plan on plan.service_plan_id = service_plan.id
where plan.exclusion is null and (service_plan.id is null or service_plan.monthly_price < 0)
group by plan.service_plan_id, service_plan.monthly_price
