-- In: change_set. Out: its row; `too_old` once the platform may have forgotten its idempotency keys.
select
    change_set.id,
    change_set.status,
    change_set.lane,
    change_set.only_client_plan_id as client_plan,
    change_set.desired,
    change_set.managed,
    change_set.provisioned,
    change_set.unmanaged,
    change_set.operations,
    change_set.client_plans,
    change_set.removals,
    change_set.creations,
    change_set.recorded,
    change_set.without_contract,
    change_set.ended_or_parked,
    change_set.split_from,
    change_set.concerns,
    change_set.decided_by,
    change_set.created_at,
    change_set.created_at < now() - interval '20 hours' as too_old
from reconciliation.change_set
where change_set.id = :change_set
