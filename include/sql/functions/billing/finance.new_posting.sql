-- In: for_due_date; parked, the client plans that wait. Out: a posting for each pending charge whose client plan is not
-- parked and has an open invoice of the due date. Closing an invoice waits for the lock of its due date, so the
-- invoices stay open meanwhile.
create or replace function finance.new_posting(for_due_date date, parked bigint[])
returns setof finance.posting
language sql stable parallel safe
as $$
    select
        pending.id,
        invoice.id,
        'tv_package',
        pending.amount,
        pending.id,
        pending.due_date,
        cast(null as bigint),
        now(),
        cast(null as bigint),
        cast(null as date)
    from billing.pending_charge(for_due_date) as pending
    inner join finance.invoice on pending.client_plan_id = invoice.client_plan_id
    where
        invoice.due_date = for_due_date
        and invoice.status = 'open'
        and (pending.client_plan_id = any(parked)) is not true
$$;
