-- In: due_date. Out: what is posted on the invoices of a due date, by kind of posting.
select
    posting.kind,
    count(distinct posting.invoice_id) as invoices,
    count(*) as postings,
    sum(posting.amount) as amount
from finance.invoice as invoice
inner join finance.posting as posting on invoice.id = posting.invoice_id
where invoice.due_date = cast(:due_date as date)
group by posting.kind
order by posting.kind
