-- In: due_date. Out: each client plan with more than one plan fee in the month of the due date, by the fees' own client
-- plan and month or by those of their invoices (fees for months up to a year away); and each fee on an invoice of
-- another client plan or month. Fees of open months that were billed later (billing.carried_fee) stand apart.
select
    'client plan ' || fee.client_plan_id || ' has ' || count(*) || ' plan fees in ' || to_char(fee.month, 'YYYY-MM')
        as offender
from (
    select
        posting.fee_client_plan_id as client_plan_id,
        posting.fee_month as month,
        posting.id
    from finance.posting_of_plans as posting
    where posting.fee_month = cast(date_trunc('month', cast(:due_date as timestamp)) as date)
    union
    select
        invoice.client_plan_id,
        cast(date_trunc('month', cast(invoice.due_date as timestamp)) as date) as month,
        posting.id
    from finance.invoice as invoice
    inner join finance.posting_of_plans as posting on invoice.id = posting.invoice_id
    where
        posting.fee_month >= date_trunc('month', cast(:due_date as timestamp)) - interval '1 year'
        and posting.fee_month <= date_trunc('month', cast(:due_date as timestamp)) + interval '1 year'
        and invoice.due_date >= date_trunc('month', cast(:due_date as timestamp))
        and invoice.due_date < date_trunc('month', cast(:due_date as timestamp)) + interval '1 month'
        and (posting.id, posting.fee_month) not in (
            select
                late.posting_id,
                late.fee_month
            from billing.carried_fee as late
        )
) as fee
group by fee.client_plan_id, fee.month
having count(*) > 1
union all
select
    'fee of client plan ' || posting.fee_client_plan_id || ' for ' || to_char(posting.fee_month, 'YYYY-MM')
    || ' is on invoice ' || posting.invoice_id || ' of client plan ' || coalesce(invoice.client_plan_id, 0)
    || ', due date ' || coalesce(cast(invoice.due_date as text), 'none') as offender
from finance.posting_of_plans as posting
left join finance.invoice as invoice on posting.invoice_id = invoice.id
where
    posting.fee_month = cast(date_trunc('month', cast(:due_date as timestamp)) as date)
    and (posting.fee_client_plan_id, posting.fee_month) is distinct from (
        invoice.client_plan_id, cast(date_trunc('month', cast(invoice.due_date as timestamp)) as date)
    )
    and (posting.id, posting.invoice_id) not in (
        select
            late.posting_id,
            late.invoice_id
        from billing.carried_fee as late
        where late.fee_month = posting.fee_month and late.client_plan_id = invoice.client_plan_id
    )
