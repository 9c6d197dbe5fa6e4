-- In: change_set, question; before, the question that it adds to (null: none); the temporary table held. Copies what
-- waits for a person into the question's change set, and what the one before asked of client plans that the change set
-- is not about.
insert into reconciliation.operation (
    change_set_id,
    client_plan_id,
    number,
    action,
    subscriber_uid,
    expected_version,
    target,
    before,
    after,
    reason,
    client_id
)
select
    :question,
    operation.client_plan_id,
    operation.number,
    operation.action,
    operation.subscriber_uid,
    operation.expected_version,
    operation.target,
    operation.before,
    operation.after,
    operation.reason,
    operation.client_id
from reconciliation.operation
left join held
    on
        operation.change_set_id = :change_set
        and operation.client_plan_id = held.client_plan_id
        and operation.number = held.number
where
    operation.change_set_id in (:change_set, cast(:before as bigint))
    and case
        when operation.change_set_id = :change_set then not held.rejected
        else
            operation.status = 'planned'
            and not exists (
                select from reconciliation.pending_change as change
                where change.client_plan_id = operation.client_plan_id and change.change_set_id = :change_set
            )
    end
