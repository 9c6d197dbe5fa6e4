-- In: since and until, due dates of invoices (until is excluded). Out: what is posted on those invoices: plan fees,
-- charges of TV packages, and credits, which belong to the due date of their charge and not to that of the invoice. The
-- credits of other invoices too: join by invoice_id.
create or replace function finance.posting_on(since date, until date)
returns table (
    invoice_id bigint, id bigint, kind text, amount numeric(12, 2), billing_event_id bigint, created_at timestamptz
)
language sql stable parallel safe
as $$
    select
        fee.invoice_id,
        fee.id,
        fee.kind,
        fee.amount,
        fee.billing_event_id,
        fee.created_at
    from finance.posting_of_plans as fee
    where fee.fee_month >= cast(date_trunc('month', cast(since as timestamp)) as date) and fee.fee_month < until
    union all
    select
        charge.invoice_id,
        charge.id,
        charge.kind,
        charge.amount,
        charge.billing_event_id,
        charge.created_at
    from finance.posting as charge
    where charge.event_due_date >= since and charge.event_due_date < until and charge.kind = 'tv_package'
    union all
    select
        credit.invoice_id,
        credit.event_id,
        'reversal',
        credit.amount,
        credit.event_id,
        credit.posted_at
    from billing.credit
    where credit.invoice_id is not null
$$;
