-- In: due_date. Out: each service plan that is due and is missing from erp.service_plan, is listed there more than
-- once, or has no monthly price of zero or more.
select
    'service plan ' || due.service_plan_id || case
        when count(service_plan.id) = 0 then ' does not exist'
        when count(service_plan.id) > 1 then ' is listed ' || count(service_plan.id) || ' times'
        else ' costs ' || coalesce(cast(min(service_plan.monthly_price) as text), 'nothing that is written down')
    end || ', ' || min(due.client_plans) || ' client plans have it' as offender
from (
    select
        plan.service_plan_id,
        count(*) as client_plans
    from billing.due_client_plan(:due_date) as plan
    where plan.exclusion is null
    group by plan.service_plan_id
) as due
left join erp.service_plan as service_plan on due.service_plan_id = service_plan.id
group by due.service_plan_id
having count(service_plan.id) <> 1 or min(service_plan.monthly_price) is null or min(service_plan.monthly_price) < 0
