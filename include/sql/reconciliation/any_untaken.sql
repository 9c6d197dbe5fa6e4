-- Out: whether a change waits that no change set took.
select exists (
    select from reconciliation.pending_change as change
    where change.change_set_id is null
)
