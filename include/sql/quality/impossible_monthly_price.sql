-- In: due_date. Out: each service plan that is due and is missing from erp.service_plan, is listed there more than
-- once, or has no monthly price of zero or more that fits an invoice: all its client plans are parked.
select
    'service plan ' || due.service_plan_id || case due.parked
        when 'service_plan_unknown' then ' does not exist'
        when 'service_plan_repeated' then ' is listed ' || count(service_plan.id) || ' times'
        else ' costs ' || coalesce(cast(min(service_plan.monthly_price) as text), 'nothing that is written down')
    end || ', ' || min(due.client_plans) || ' client plans have it' as offender
from (
    select
        plan.service_plan_id,
        plan.parked,
        count(*) as client_plans
    from billing.due_client_plan(:due_date) as plan
    where plan.parked in ('service_plan_unknown', 'service_plan_repeated', 'impossible_monthly_price')
    group by plan.service_plan_id, plan.parked
) as due
left join erp.service_plan as service_plan on due.service_plan_id = service_plan.id
group by due.service_plan_id, due.parked
order by due.service_plan_id
