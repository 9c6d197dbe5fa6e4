-- In: change_set; client_plans, numbers, statuses, codes, notes, uids: lists of the same length. Records the results of
-- operations.
-- A result that is recorded stays: a late answer to a try that was given up is ignored.
update reconciliation.operation as operation
set
    status = given.status,
    outcome_code = given.code,
    outcome = given.note,
    subscriber_uid = coalesce(given.uid, operation.subscriber_uid),
    done_at = now()
from
    unnest(
        cast(:client_plans as bigint[]),
        cast(:numbers as integer[]),
        cast(:statuses as text[]),
        cast(:codes as text[]),
        cast(:notes as text[]),
        cast(:uids as text[])
    ) as given (client_plan_id, number, status, code, note, uid)
where
    operation.change_set_id = :change_set
    and operation.client_plan_id = given.client_plan_id
    and operation.number = given.number
    and operation.status = 'planned'
