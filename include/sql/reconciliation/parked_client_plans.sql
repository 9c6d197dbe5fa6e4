-- In: change_set, shown. Out: why contracts were parked, as a code, the most frequent reasons first: how many
-- contracts, and some of them.
select
    parked.reason,
    count(*) as client_plans,
    (array_agg(parked.client_plan_id order by parked.client_plan_id))[1:10] as examples
from reconciliation.parked_client_plan as parked
where parked.change_set_id = :change_set
group by parked.reason
order by client_plans desc, parked.reason asc
limit :shown
