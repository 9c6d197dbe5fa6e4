-- In: due_date. Out: a row for each service plan and outcome (charge, or the reason of exclusion) with the number of
-- client packages and their sum in reais. Reads only, and takes no lock.
with part as (
    select
        candidate.service_plan_id,
        candidate.exclusion,
        count(*) as candidates,
        sum(candidate.amount) filter (where candidate.exclusion is null) as amount
    from billing.candidate(:due_date) as candidate
    group by candidate.service_plan_id, candidate.exclusion
    union all
    select
        event.service_plan_id,
        null as exclusion,
        count(*) as candidates,
        sum(event.amount) as amount
    from billing.processed_charge(:due_date) as event
    group by event.service_plan_id
)

select
    part.service_plan_id,
    plan.name as service_plan,
    coalesce(part.exclusion, 'charge') as outcome,
    cast(sum(part.candidates) as bigint) as candidates,
    coalesce(sum(part.amount), 0) as amount
from part
left join billing.service_plan() as plan on part.service_plan_id = plan.id
group by part.service_plan_id, plan.name, part.exclusion
order by part.service_plan_id, outcome
