-- In: due_date; the temporary table parked. Fills pg_temp.incoming_posting: a posting for each pending charge whose
-- client plan is not parked and has an open invoice of the due date. Closing an invoice waits for the lock of its due
-- date, so the invoices stay open meanwhile.
insert into pg_temp.incoming_posting (id, invoice_id, kind, amount, billing_event_id, event_due_date, created_at)
select
    pending.id,
    invoice.id as invoice_id,
    'tv_package',
    pending.amount,
    pending.id as billing_event_id,
    pending.due_date,
    now()
from billing.pending_charge(:due_date) as pending
inner join finance.invoice as invoice on pending.client_plan_id = invoice.client_plan_id
where
    invoice.due_date = :due_date
    and invoice.status = 'open'
    and not exists (
        select 1
        from parked
        where parked.id = pending.client_plan_id
    )
