-- In: change_set, an event-driven one that has taken its changes. Waits until the operations that another change set
-- is sending for its client plans are done; it starts no more of them, because they are overtaken now. Out: a row for
-- each client plan on which one was, or may have been, at work since they were read.
select pg_advisory_xact_lock(reconciliation.client_plan_lock(disturbed.client_plan_id))
from (
    select distinct operation.client_plan_id
    from reconciliation.change_set as mine
    inner join reconciliation.snapshot on mine.snapshot_id = snapshot.id
    inner join reconciliation.pending_change as change on mine.id = change.change_set_id
    inner join reconciliation.operation on change.client_plan_id = operation.client_plan_id
    inner join reconciliation.change_set as other on operation.change_set_id = other.id
    where
        mine.id = :change_set
        and other.id <> mine.id
        and other.split_from is null
        -- So that few of a client plan's operations are read: an older change set is not applied any more.
        and operation.change_set_id >= (
            select min(recent.id)
            from reconciliation.change_set as recent
            where recent.created_at > now() - interval '2 days'
        )
        and (
            operation.done_at > snapshot.taken_at
            or (operation.status = 'planned' and other.status in ('approved', 'applied'))
        )
    order by operation.client_plan_id
) as disturbed
