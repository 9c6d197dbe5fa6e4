-- In: change_set; the temporary table step. Deletes the steps of client plans that changed since, and which another
-- change set serves or is going to serve: what this one wanted of them says nothing any more.
delete from step
using reconciliation.change_set as mine
where
    mine.id = :change_set
    and (
        exists (
            select from reconciliation.pending_change as change
            left join reconciliation.change_set as taker on change.change_set_id = taker.id
            where
                change.client_plan_id = step.client_plan_id
                and (taker.id is null or taker.snapshot_id > mine.snapshot_id)
        )
        or exists (
            select from reconciliation.operation
            where
                operation.change_set_id = mine.id
                and operation.client_plan_id = step.client_plan_id
                and operation.outcome_code = 'overtaken'
        )
    )
