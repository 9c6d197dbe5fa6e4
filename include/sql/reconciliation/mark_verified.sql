-- In: change_set. Marks it as verified unless a difference is left that nothing explains.
update reconciliation.change_set
set status = 'verified', verified_at = now()
where
    change_set.id = :change_set
    and not exists (
        select 1 from reconciliation.difference
        where difference.change_set_id = change_set.id and difference.rejected_because is null
    )
