-- In: plan. Out: the snapshot that shows the platform as the plan left it (the second one, or the first where nothing
-- was applied; null if nobody looked since), how many client plans should be served, and the one that was looked at.
select
    case
        when plan.second_snapshot_id is not null then plan.second_snapshot_id
        when plan.status not in ('approved', 'applied') and plan.applied_at is null then plan.snapshot_id
    end as snapshot_id,
    plan.desired,
    plan.only_client_plan_id
from reconciliation.plan
where plan.id = :plan
