-- In: client_plans. Unlocks each of them.
select pg_advisory_unlock(reconciliation.client_plan_lock(listed.client_plan_id))
from (select unnest(cast(:client_plans as bigint[])) as client_plan_id) as listed
