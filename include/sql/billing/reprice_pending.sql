-- In: run_id. Gives the run's pending events the amount, source and service plan that the list (candidate) has now.
-- Touches only those that differ. Out: the rows touched, as the row count.
update billing.event as event
set amount = candidate.amount, price_source = candidate.price_source, service_plan_id = candidate.service_plan_id
from candidate
where
    event.run_id = :run_id
    and event.status = 'pending'
    and candidate.event_id = event.id
    and candidate.exclusion is null
    and (candidate.amount, candidate.price_source, candidate.service_plan_id)
    is distinct from (event.amount, event.price_source, event.service_plan_id)
