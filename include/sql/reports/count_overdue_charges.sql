-- In: due_date. Counts its pending charges.
insert into reports.open_item (kind, due_date, client_plans, items, amount)
select
    'overdue_charges',
    :due_date,
    count(distinct pending.client_plan_id),
    count(*),
    sum(pending.amount)
from billing.pending_charge(:due_date) as pending
having count(*) > 0
