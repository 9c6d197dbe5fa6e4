-- Out: the id of the last change set, 0 if there is none.
select coalesce(max(change_set.id), 0) as id
from reconciliation.change_set
