-- Out: the id of the change set that waits for a person's answer, null if none does.
select max(change_set.id) as id
from reconciliation.change_set
where change_set.split_from is not null and change_set.status = 'planned'
