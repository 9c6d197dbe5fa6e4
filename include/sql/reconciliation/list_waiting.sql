-- In: at_most, left_out (client plans). Out: the other client plans of which a change waits, those first that a person
-- changed.
select waiting.client_plan_id
from reconciliation.waiting_change() as waiting
where waiting.client_plan_id <> all(cast(:left_out as bigint[]))
group by waiting.client_plan_id
order by bool_or(waiting.reason = 'contract') desc, min(waiting.id)
limit :at_most
