-- In: change_set. Marks it as applied if it was approved and is still the newest of its lane. Out: its id, if so.
update reconciliation.change_set
set status = 'applied', applied_at = coalesce(change_set.applied_at, now())
where
    change_set.id = :change_set
    and change_set.status in ('approved', 'applied', 'verified')
    and change_set.id = (
        select max(newest.id) from reconciliation.change_set as newest
        where newest.split_from is null and newest.lane = change_set.lane
    )
returning change_set.id
