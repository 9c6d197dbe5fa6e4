-- In: for_due_date. Out: each active client plan that is due, but whose plan fee of the month is on an invoice of
-- another due date because its due day moved; with that invoice. The fee is not posted again.
create or replace function finance.fee_posted_before(for_due_date date)
returns table (client_plan_id bigint, fee_month date, amount numeric(12, 2), invoice_id bigint, due_date date)
language sql stable parallel safe
as $$
    select
        posting.fee_client_plan_id,
        posting.fee_month,
        posting.amount,
        invoice.id,
        invoice.due_date
    from billing.due_client_plan(for_due_date) as plan
    inner join finance.posting_of_plans as posting
        on
            plan.id = posting.fee_client_plan_id
            and posting.fee_month = cast(date_trunc('month', cast(for_due_date as timestamp)) as date)
    inner join finance.invoice as invoice on posting.invoice_id = invoice.id
    where plan.exclusion is null and invoice.due_date <> for_due_date
$$;
