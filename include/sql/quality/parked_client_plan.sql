-- In: due_date. Out: each client plan due on it that is parked, because its row in the ERP or that of its service plan
-- is wrong: it has no invoice and no new charge.
select
    'client plan ' || coalesce(cast(parked.id as text), 'without an id') || ' of client '
    || coalesce(cast(parked.client_id as text), 'null') || ' is not billed: ' || parked.reason as offender
from billing.parked_client_plan(:due_date) as parked
order by parked.id, parked.client_id
