-- In: client_plans. Tries to lock each of them until it is unlocked or the session ends. Out: those that are ours now.
select listed.client_plan_id
from (select unnest(cast(:client_plans as bigint[])) as client_plan_id) as listed
where pg_try_advisory_lock(reconciliation.client_plan_lock(listed.client_plan_id))
