-- In: dag_id, task_id (what serves single changes). Ends its failures whose changes a full reconciliation has served:
-- one that began later is verified, and nothing waits from before. A run of its own comes only with the next change.
-- Out: how many.
with last as (
    select snapshot.taken_at
    from reconciliation.change_set
    inner join reconciliation.snapshot on change_set.snapshot_id = snapshot.id
    where change_set.id = reconciliation.last_verified(null)
),

ended as (
    update alerts.failure set over_at = clock_timestamp()
    from last
    where
        failure.over_at is null
        and failure.dag_id = :dag_id
        and failure.task_id = :task_id
        and failure.failed_at < last.taken_at
        and not exists (
            select
            from reconciliation.waiting_change() as waiting
            inner join reconciliation.pending_change as change on waiting.id = change.id
            where change.created_at < failure.failed_at
        )
    returning 1
)

select count(*) as failures from ended
