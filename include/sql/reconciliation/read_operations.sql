-- In: change_set, after and last (client plans), release (true: device removals only), page (client plans). Out: the
-- planned operations of a page of client plans, in order; with the uid of a subscriber that this change set created,
-- how many changes of ours followed the version that was read, and whether the operations were recomputed before.
with waiting as (
    select distinct operation.client_plan_id
    from reconciliation.operation
    where
        operation.change_set_id = :change_set
        and operation.client_plan_id > :after
        and operation.client_plan_id <= :last
        and operation.status = 'planned'
        and (not :release or operation.action = 'remove_device')
    order by operation.client_plan_id
    limit :page
),

superseded as (
    select
        operation.client_plan_id,
        max(operation.number) filter (where operation.outcome_code = 'recomputed') as last_number
    from waiting
    inner join reconciliation.operation as operation on waiting.client_plan_id = operation.client_plan_id
    where operation.change_set_id = :change_set
    group by operation.client_plan_id
),

known as (
    select
        superseded.client_plan_id,
        superseded.last_number is not null as recomputed,
        max(operation.subscriber_uid) filter (where operation.action = 'create') as created_uid,
        count(*) filter (
            where
            operation.status = 'applied'
            and operation.outcome_code is null
            and operation.number > coalesce(superseded.last_number, 0)
        ) as changes
    from superseded
    inner join reconciliation.operation as operation on superseded.client_plan_id = operation.client_plan_id
    where operation.change_set_id = :change_set
    group by superseded.client_plan_id, superseded.last_number
)

select
    operation.client_plan_id,
    operation.number,
    operation.action,
    coalesce(operation.subscriber_uid, known.created_uid) as subscriber_uid,
    operation.expected_version,
    operation.target,
    operation.after,
    operation.client_id,
    operation.idempotency_key as key,
    known.changes as changes_before,
    known.recomputed
from known
inner join reconciliation.operation as operation on known.client_plan_id = operation.client_plan_id
where
    operation.change_set_id = :change_set
    and operation.status = 'planned'
    and (not :release or operation.action = 'remove_device')
order by operation.client_plan_id, operation.number
