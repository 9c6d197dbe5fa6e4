-- In: id and client_plan_id of a client package. Out: how many events ever charged it, whatever became of them, and the
-- last due date. By client plan, because that is what billing.event has an index for.
select
    count(*) as events,
    max(event.due_date) as last_due_date
from billing.event as event
where event.client_plan_id = :client_plan_id and event.client_package_id = :id
