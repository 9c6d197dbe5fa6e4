-- In: since and until, due dates of invoices (until is excluded). Out: what is posted on those invoices: plan fees,
-- charges of TV packages; what was carried to them from earlier months, and credits, which belong to the month or due
-- date of what they are of and not to that of the invoice. Some of other invoices too: join by invoice_id.
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
        late.invoice_id,
        late.posting_id,
        'plan',
        late.amount,
        cast(null as bigint),
        late.posted_at
    from billing.carried_fee as late
    where not (late.fee_month >= cast(date_trunc('month', cast(since as timestamp)) as date) and late.fee_month < until)
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
        carried.invoice_id,
        carried.event_id,
        'tv_package',
        carried.amount,
        carried.event_id,
        carried.posted_at
    from billing.carried_charge as carried
    where carried.invoice_id is not null and not (carried.due_date >= since and carried.due_date < until)
    union all
    select
        credit.invoice_id,
        credit.posting_id,
        'reversal',
        credit.amount,
        credit.event_id,
        credit.posted_at
    from billing.credit_posting as credit
$$;
