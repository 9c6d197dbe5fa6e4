-- In: due_date. Makes the table finance.incoming, with the columns of finance.posting: a posting for each pending
-- charge whose client plan has an open invoice of the due date. Closing an invoice waits for the lock of the month, so
-- the invoices stay open meanwhile. attach_postings.sql adds the rows to finance.posting.
create table finance.incoming as
select
    pending.id,
    invoice.id as invoice_id,
    cast('tv_package' as text) as kind,
    cast(pending.amount as numeric(12, 2)) as amount,
    pending.id as billing_event_id,
    pending.due_date as event_due_date,
    cast(null as bigint) as reverses_posting_id,
    now() as created_at,
    cast(null as bigint) as fee_client_plan_id,
    cast(null as date) as fee_month
from billing.pending_charge(:due_date) as pending
inner join finance.invoice as invoice on pending.client_plan_id = invoice.client_plan_id
where invoice.due_date = :due_date and invoice.status = 'open'
