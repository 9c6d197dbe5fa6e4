-- Posts each pending reversal on its charge's invoice or, if that was closed or paid meanwhile, on the client plan's
-- next open invoice. A reversal without an open invoice stays pending. Out: how many were posted, and their sum in
-- reais. Uses index lookups whatever the transaction's join settings, because credits are few among all invoices. As
-- the owner, because locking an invoice takes a right to change it.
create or replace function billing.post_credits()
returns table (events bigint, amount numeric)
language sql security definer set search_path = pg_catalog, pg_temp set enable_nestloop = on
as $$
    with payable as (
        select
            credit.event_id,
            credit.due_date,
            credit.amount,
            credit.charge_id,
            invoice.id as invoice_id
        from billing.credit
        cross join
            lateral (
                select open_one.id
                from finance.invoice as open_one
                where
                    open_one.client_plan_id = credit.client_plan_id
                    and open_one.due_date >= credit.due_date
                    and open_one.status = 'open'
                order by open_one.due_date
                limit 1
                for share
            ) as invoice
        where credit.invoice_id is null
    ),

    posted as (
        insert into finance.posting (
            id, invoice_id, kind, amount, billing_event_id, event_due_date, reverses_posting_id
        )
        select
            payable.event_id,
            payable.invoice_id,
            'reversal',
            payable.amount,
            payable.event_id as billing_event_id,
            payable.due_date,
            payable.charge_id
        from payable
        returning id, invoice_id, amount, created_at
    ),

    settled as (
        update billing.credit
        set invoice_id = posted.invoice_id, posted_at = posted.created_at
        from posted
        where credit.event_id = posted.id
        returning credit.amount
    )

    select
        count(*) as events,
        coalesce(sum(settled.amount), 0) as amount
    from settled
$$;
