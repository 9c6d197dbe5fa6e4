-- In: plan, after and last (client plans), release (devices taken away only, or all), page (so many client plans). Out:
-- what is left to do, in order; with the uid of a subscriber that this plan created, how many changes of ours came
-- since its version was read, and whether the client plan was planned anew already.
with waiting as (
    select distinct operation.client_plan_id
    from reconciliation.operation
    where
        operation.plan_id = :plan
        and operation.client_plan_id > :after
        and operation.client_plan_id <= :last
        and operation.status = 'planned'
        and (not :release or operation.action = 'remove_device')
    order by operation.client_plan_id
    limit :page
),

anew as (
    select
        operation.client_plan_id,
        max(operation.number) filter (where operation.status = 'superseded') as last_number
    from waiting
    inner join reconciliation.operation as operation on waiting.client_plan_id = operation.client_plan_id
    where operation.plan_id = :plan
    group by operation.client_plan_id
),

known as (
    select
        anew.client_plan_id,
        anew.last_number is not null as replanned,
        max(operation.subscriber_uid) filter (where operation.action = 'create') as created_uid,
        count(*) filter (
            where
            operation.status = 'applied'
            and operation.outcome is null
            and operation.number > coalesce(anew.last_number, 0)
        ) as changes
    from anew
    inner join reconciliation.operation as operation on anew.client_plan_id = operation.client_plan_id
    where operation.plan_id = :plan
    group by anew.client_plan_id, anew.last_number
)

select
    operation.client_plan_id,
    operation.number,
    operation.action,
    coalesce(operation.subscriber_uid, known.created_uid) as subscriber_uid,
    operation.expected_version,
    operation.target,
    operation.after,
    operation.idempotency_key,
    known.changes as changes_before,
    known.replanned
from known
inner join reconciliation.operation as operation on known.client_plan_id = operation.client_plan_id
where
    operation.plan_id = :plan
    and operation.status = 'planned'
    and (not :release or operation.action = 'remove_device')
order by operation.client_plan_id, operation.number
