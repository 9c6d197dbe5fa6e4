-- In: client_plan_id, since and until (due dates; until is excluded). Out: the invoices of a client plan in that span,
-- the newest first.
select
    invoice.id,
    invoice.due_date,
    invoice.status
from finance.invoice as invoice
where
    invoice.client_plan_id = :client_plan_id
    and invoice.due_date >= :since
    and invoice.due_date < :until
order by invoice.due_date desc
