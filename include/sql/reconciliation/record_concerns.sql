-- In: change_set, concerns. Records why a person is asked.
update reconciliation.change_set set concerns = :concerns
where change_set.id = :change_set and change_set.status = 'planned'
