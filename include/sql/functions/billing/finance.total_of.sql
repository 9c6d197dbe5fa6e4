-- In: due, invoices (their ids, all of that due date). Out: each with its total: what the ERP put on it and our
-- postings. Null: unknown, because the ERP posts the plan fee and did not say how much it is.
-- Not inlined, because a nested loop over many invoices would take for ever.
create or replace function finance.total_of(due date, invoices bigint[])
returns table (invoice_id bigint, total numeric)
language sql stable
set enable_nestloop = off
set plan_cache_mode = force_custom_plan
as $$
    select
        invoice.id,
        case
            when invoice.erp_total is not null or invoice.made_here or posted.has_fee
                then coalesce(invoice.erp_total, 0) + coalesce(posted.amount, 0)
        end
    from finance.invoice
    left join (
        select
            posting.invoice_id,
            sum(posting.amount) as amount,
            bool_or(posting.kind = 'plan') as has_fee
        from finance.posting_on(due, due + 1) as posting
        where posting.invoice_id = any(invoices)
        group by posting.invoice_id
    ) as posted on invoice.id = posted.invoice_id
    where invoice.id = any(invoices)
$$;
