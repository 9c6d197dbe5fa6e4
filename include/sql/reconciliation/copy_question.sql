-- In: change_set, an event-driven one; question; before, the question that it replaces. Copies what that one asked of
-- client plans that the change set is not about.
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
    asked.client_plan_id,
    asked.number,
    asked.action,
    asked.subscriber_uid,
    asked.expected_version,
    asked.target,
    asked.before,
    asked.after,
    asked.reason,
    asked.client_id
from reconciliation.operation as asked
where
    asked.change_set_id = :before
    and asked.status = 'planned'
    and not exists (
        select from reconciliation.pending_change as change
        where change.client_plan_id = asked.client_plan_id and change.change_set_id = :change_set
    )
