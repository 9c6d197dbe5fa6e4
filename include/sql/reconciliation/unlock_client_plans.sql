-- In: client_plans. Unlocks each of them.
select pg_advisory_unlock(hashtextextended('reconciliation of client plan ' || listed.client_plan_id, 0))
from (select unnest(cast(:client_plans as bigint[])) as client_plan_id) as listed
