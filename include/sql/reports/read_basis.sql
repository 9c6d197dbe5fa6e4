-- In: change_set. Out: the snapshot that shows the platform after the change set (the second one, or the first if
-- nothing was applied; null if there is no snapshot since), how many client plans should be served, and the one client
-- plan that was reconciled (null: all).
select
    case
        when change_set.second_snapshot_id is not null then change_set.second_snapshot_id
        when change_set.status not in ('approved', 'applied') and change_set.applied_at is null
            then change_set.snapshot_id
    end as snapshot_id,
    change_set.desired,
    change_set.only_client_plan_id
from reconciliation.change_set
where change_set.id = :change_set
