-- In: change_set, client_plans, all of them locked. Supersedes what is left of those that another change set has taken
-- which read the platform later, and all that is left if a newer change set of its lane replaced it: an older snapshot
-- must not undo what a newer one did. What it took of them waits again: the other one may have read the contracts
-- before. Out: these client plans.
with overtaken as (
    select distinct listed.client_plan_id
    from reconciliation.change_set as mine
    cross join unnest(cast(:client_plans as bigint[])) as listed (client_plan_id)
    where
        mine.id = :change_set
        and (
            mine.status = 'superseded'
            or exists (
                select from reconciliation.pending_change as change
                inner join reconciliation.change_set as taker on change.change_set_id = taker.id
                where change.client_plan_id = listed.client_plan_id and taker.snapshot_id > mine.snapshot_id
            )
        )
),

released as (
    update reconciliation.pending_change as change
    set change_set_id = null, taken_at = null, announced_at = null
    from overtaken
    where change.change_set_id = :change_set and change.client_plan_id = overtaken.client_plan_id
)

update reconciliation.operation
set status = 'superseded', outcome_code = 'overtaken', done_at = now()
from overtaken
where
    operation.change_set_id = :change_set
    and operation.client_plan_id = overtaken.client_plan_id
    and operation.status = 'planned'
returning operation.client_plan_id
