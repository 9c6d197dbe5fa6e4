-- In: change_set. Out: the client plans whose PIN was rotated because they have another client now.
select operation.client_plan_id
from reconciliation.operation
where
    operation.change_set_id = :change_set
    and operation.reason = 'owner_changed'
    and operation.status = 'applied'
order by operation.client_plan_id
