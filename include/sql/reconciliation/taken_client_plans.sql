-- In: change_set, an event-driven one. Out: the client plans that it is about.
select distinct change.client_plan_id
from reconciliation.pending_change as change
where change.change_set_id = :change_set
order by change.client_plan_id
