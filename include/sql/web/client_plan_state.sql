-- In: client_plan_id. Out: how its contract and the platform stand to each other, since when, and the code of why the
-- platform refuses it; no row if they were never compared.
select
    found.state,
    found.since,
    found.code
from reconciliation.client_plan_state(:client_plan_id) as found
