-- In: due_date, few. Keeps its pending charges, if they were counted and are no more than few.
insert into reports.overdue_charge (event_id, due_date, client_plan_id, amount)
select
    pending.id,
    pending.due_date,
    pending.client_plan_id,
    pending.amount
from billing.pending_charge(:due_date) as pending
where
    (
        select total.items
        from reports.open_item as total
        where total.kind = 'overdue_charges' and total.due_date = :due_date
    ) <= :few
