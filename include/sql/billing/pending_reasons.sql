-- In: due_date. Out: a row for each reason why charges are still pending, with their number and their sum in reais.
select
    coalesce(parked.reason, 'invoice_' || invoice.status, 'no_invoice') as reason,
    count(*) as events,
    sum(pending.amount) as amount
from billing.pending_charge(:due_date) as pending
left join billing.parked_client_plan(:due_date) as parked on pending.client_plan_id = parked.id
left join finance.invoice as invoice
    on pending.client_plan_id = invoice.client_plan_id and invoice.due_date = :due_date
group by coalesce(parked.reason, 'invoice_' || invoice.status, 'no_invoice')
order by reason
