-- In: due_date; the temporary table parked. Keeps the charges of the due date that are still pending for their client
-- plans' next open invoices, but for those of parked client plans. Repeating it changes nothing.
insert into billing.carried_charge (event_id, due_date, client_plan_id)
select
    pending.id,
    pending.due_date,
    pending.client_plan_id
from billing.pending_charge(:due_date) as pending
where
    not exists (
        select 1
        from parked
        where parked.id = pending.client_plan_id
    )
on conflict (event_id) do nothing
