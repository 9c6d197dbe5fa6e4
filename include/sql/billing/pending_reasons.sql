-- In: due_date. Out: why charges of the due date are still pending: reason, how many, their amount.
select
    coalesce('invoice_' || invoice.status, 'no_invoice') as reason,
    count(*) as events,
    sum(pending.amount) as amount
from billing.pending_charge(:due_date) as pending
left join finance.invoice as invoice
    on pending.client_plan_id = invoice.client_plan_id and invoice.due_date = :due_date
group by invoice.status
order by reason
