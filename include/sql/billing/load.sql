-- In: due_date. Out: a row for each service plan and outcome (charge, or the reason of exclusion) with the number of
-- client packages and the amount in reais. Reads only, takes no lock.
select
    candidate.service_plan_id,
    plan.name as service_plan,
    coalesce(candidate.exclusion, 'charge') as outcome,
    count(*) as candidates,
    coalesce(sum(candidate.amount) filter (where candidate.exclusion is null), 0) as amount
from billing.candidate(:due_date) as candidate
left join erp.service_plan as plan on candidate.service_plan_id = plan.id
group by candidate.service_plan_id, plan.name, outcome
order by candidate.service_plan_id, outcome
