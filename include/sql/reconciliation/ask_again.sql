-- In: questions (ids). Notes that nobody is asked any more, so that the runs of those that still wait are started anew.
update reconciliation.change_set set asked_at = null
where
    change_set.id = any(cast(:questions as bigint[]))
    and change_set.status = 'planned'
    and change_set.asked_at is not null
