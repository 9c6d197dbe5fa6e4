-- In: due_date. Counts its charges that wait for a later invoice.
insert into reports.open_item (kind, due_date, client_plans, items, amount)
select
    'carried_charges',
    :due_date,
    count(distinct event.client_plan_id),
    count(*),
    sum(event.amount)
from billing.carried_charge as carried
inner join billing.event_record as event on carried.event_id = event.id and event.due_date = :due_date
where carried.due_date = :due_date and carried.invoice_id is null and event.cancelled_at is null and not event.reversed
having count(*) > 0
