-- In: change_set, client_plan (one, or null for all). Takes what waits since before its snapshot began, for a full
-- change set or that of one client plan, which a person asked for. What was announced within the last minute a full one
-- leaves to the run that it woke.
update reconciliation.pending_change as change
set change_set_id = :change_set, announced_at = null, taken_at = coalesce(change.taken_at, now())
from (
    select listed.id
    from reconciliation.pending_change as listed
    where
        listed.change_set_id is null
        and case
            when cast(:client_plan as bigint) is null
                then (listed.announced_at > now() - interval '1 minute') is not true
            else listed.client_plan_id = cast(:client_plan as bigint)
        end
        and listed.created_at < (
            select snapshot.taken_at
            from reconciliation.change_set as made
            inner join reconciliation.snapshot on made.snapshot_id = snapshot.id
            where made.id = :change_set
        )
    order by listed.id
    for update skip locked
) as taken
where change.id = taken.id
