-- In: change_set, client_plans. Takes what waits of these client plans, in this statement's own snapshot: what is
-- committed later waits on. In order of ids, and without what another change set is taking, so that nobody waits. Out:
-- the client plan of each change that was taken; the others are in the hands of another change set.
update reconciliation.pending_change as change
set change_set_id = :change_set, taken_at = coalesce(change.taken_at, now())
from (
    select listed.id
    from reconciliation.pending_change as listed
    where
        listed.client_plan_id = any(cast(:client_plans as bigint[]))
        and listed.id in (select waiting.id from reconciliation.waiting_change() as waiting)
    order by listed.id
    for update skip locked
) as taken
where change.id = taken.id
returning change.client_plan_id
