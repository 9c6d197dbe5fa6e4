-- In: due_date. Out: the client plans whose plan fee of the month is already on an invoice of another due date.
select
    before.client_plan_id,
    before.invoice_id,
    before.due_date,
    before.amount
from finance.fee_posted_before(:due_date) as before
order by before.client_plan_id
