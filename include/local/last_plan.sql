-- Out: the id of the last plan of the reconciliation, 0 if there is none.
select coalesce(max(plan.id), 0) as id
from reconciliation.plan
