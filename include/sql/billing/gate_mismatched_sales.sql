-- In: due_date. Out: what a gate judges: pending charges of the due date whose sale is another client plan's, or
-- another package's, than the event says.
select event.id
from billing.pending_charge(:due_date) as event
inner join tv.client_package as sold on event.client_package_id = sold.id
where (sold.client_plan_id, sold.package_id) <> (event.client_plan_id, event.package_id)
