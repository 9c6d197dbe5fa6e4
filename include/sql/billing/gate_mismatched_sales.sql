-- In: due_date. Out: the pending charges whose client package belongs to another client plan, or is of another package,
-- than the event says.
select event.id
from billing.pending_charge(:due_date) as event
inner join tv.client_package as sold on event.client_package_id = sold.id
where (sold.client_plan_id, sold.package_id) <> (event.client_plan_id, event.package_id)
