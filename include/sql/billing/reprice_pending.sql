-- In: run_id. Gives the run's pending events the amount, source and service plan that the list (candidate) has now.
-- Touches only those that differ. Out: the rows touched, as the row count.
update billing.event as event
set
    client_plan_id = candidate.client_plan_id,
    service_plan_id = candidate.service_plan_id,
    amount = candidate.amount,
    price_source = candidate.price_source
from candidate
where
    event.run_id = :run_id
    and event.status = 'pending'
    and candidate.event_id = event.id
    and candidate.exclusion is null
    and (candidate.client_plan_id, candidate.service_plan_id, candidate.amount, candidate.price_source)
    is distinct from (event.client_plan_id, event.service_plan_id, event.amount, event.price_source)
