-- Posts each pending reversal on its charge's invoice or, if that was closed or paid meanwhile, on the client plan's
-- next open invoice. A reversal without an open invoice stays pending. Out: how many were posted, and their sum in
-- reais. Uses index lookups whatever the transaction's join settings, because credits are few among all events. As the
-- owner, because locking an invoice takes a right to change it.
create or replace function billing.post_credits()
returns table (events bigint, amount numeric)
language sql security definer set search_path = pg_catalog, pg_temp set enable_nestloop = on
as $$
    with payable as (
        select
            event.id,
            event.due_date,
            event.amount,
            correction.event_id as charge_id,
            invoice.id as invoice_id
        from billing.correction
        inner join billing.event_record as event
            on correction.reversal_event_id = event.id and correction.event_due_date = event.due_date
        cross join
            lateral (
                select open_one.id
                from finance.invoice as open_one
                where
                    open_one.client_plan_id = event.client_plan_id
                    and open_one.due_date >= event.due_date
                    and open_one.status = 'open'
                order by open_one.due_date
                limit 1
                for share
            ) as invoice
        where
            not exists (
                select 1
                from finance.posting
                where
                    posting.event_due_date = correction.event_due_date
                    and posting.id = correction.reversal_event_id
            )
    ),

    posted as (
        insert into finance.posting (
            id, invoice_id, kind, amount, billing_event_id, event_due_date, reverses_posting_id
        )
        select
            payable.id,
            payable.invoice_id,
            'reversal',
            payable.amount,
            payable.id as billing_event_id,
            payable.due_date,
            payable.charge_id
        from payable
        returning amount
    )

    select
        count(*) as events,
        coalesce(sum(posted.amount), 0) as amount
    from posted
$$;
