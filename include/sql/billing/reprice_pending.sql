-- In: due_date. Sets the price, amount and policy of its pending events to those of the list (candidate). Writes only
-- events that differ; their number is the row count.
update billing.event_record as event
set
    client_plan_id = candidate.client_plan_id,
    service_plan_id = candidate.service_plan_id,
    amount = candidate.amount,
    price = candidate.price,
    price_source = candidate.price_source,
    days = candidate.days,
    days_before = candidate.days_before,
    value_before = candidate.value_before,
    denominator = candidate.denominator,
    policy_id = candidate.policy_id
from candidate
where
    event.due_date = :due_date
    and candidate.event_id = event.id
    and candidate.exclusion is null
    and (
        candidate.client_plan_id, candidate.service_plan_id, candidate.amount, candidate.price, candidate.price_source,
        candidate.days, candidate.days_before, candidate.value_before, candidate.denominator, candidate.policy_id
    )
    is distinct from (
        event.client_plan_id, event.service_plan_id, event.amount, event.price, event.price_source,
        event.days, event.days_before, event.value_before, event.denominator, event.policy_id
    )
