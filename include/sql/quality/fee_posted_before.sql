-- In: due_date. Out: each client plan that is due and whose plan fee of the month is on an invoice of another due date.
select
    'client plan ' || before.client_plan_id || ': its fee of ' || to_char(before.fee_month, 'YYYY-MM') || ' ('
    || before.amount || ') is on invoice ' || before.invoice_id || ' of due date ' || before.due_date || ' already'
        as offender
from finance.fee_posted_before(:due_date) as before
order by before.client_plan_id
