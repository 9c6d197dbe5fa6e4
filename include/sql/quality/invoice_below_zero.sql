-- In: due_date. Out: each invoice of the due date whose total is known and below zero. Only credits can do that.
with credited as (
    select array_agg(distinct invoice.id) as invoices
    from billing.credit_posting as credit
    inner join finance.invoice as invoice on credit.invoice_id = invoice.id
    where invoice.due_date = :due_date
)

select
    'invoice ' || known.invoice_id || ' of ' || cast(:due_date as date) || ' has a total of ' || known.total
        as offender
from credited
cross join lateral finance.total_of(:due_date, credited.invoices) as known
where known.total < 0
order by known.invoice_id
