-- In: change_set, question; the temporary table held. Copies what waits for a person into the question's change set.
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
inner join held on operation.client_plan_id = held.client_plan_id and operation.number = held.number
where operation.change_set_id = :change_set and not held.rejected
