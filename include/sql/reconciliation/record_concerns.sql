-- In: change_set, concerns (codes with their parameters, as JSON). Records why a person is asked.
update reconciliation.change_set set concerns = cast(:concerns as jsonb)
where change_set.id = :change_set and change_set.status = 'planned'
