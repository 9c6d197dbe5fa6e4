-- In: due_date. Out: why events of the due date are still pending: reason, how many, their amount.
select
    coalesce('invoice_' || invoice.status, 'no_invoice') as reason,
    count(*) as events,
    sum(event.amount) as amount
from billing.run as run
inner join billing.event as event on run.id = event.run_id
left join finance.invoice as invoice
    on event.client_plan_id = invoice.client_plan_id and event.due_date = invoice.due_date
where run.kind = 'tv' and run.due_date = :due_date and event.status = 'pending' and event.kind = 'charge'
group by invoice.status
order by reason
