-- In: plan; client_plans, numbers, statuses, notes, uids: lists of the same length. Keeps what became of operations.
-- What was decided of one before stays: a late answer of a try that was given up is no news.
update reconciliation.operation as operation
set
    status = told.status,
    outcome = told.note,
    subscriber_uid = coalesce(told.uid, operation.subscriber_uid),
    done_at = now()
from
    unnest(
        cast(:client_plans as bigint[]),
        cast(:numbers as integer[]),
        cast(:statuses as text[]),
        cast(:notes as text[]),
        cast(:uids as text[])
    ) as told (client_plan_id, number, status, note, uid)
where
    operation.plan_id = :plan
    and operation.client_plan_id = told.client_plan_id
    and operation.number = told.number
    and operation.status = 'planned'
