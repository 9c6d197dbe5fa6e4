-- In: due_date. Out: a row for each kind of posting on the due date's invoices, with their number and sum in reais;
-- kind no_posting: the invoices that have none.
select
    coalesce(posting.kind, 'no_posting') as kind,
    count(distinct invoice.id) as invoices,
    count(posting.id) as postings,
    coalesce(sum(posting.amount), 0) as amount
from finance.invoice as invoice
left join finance.posting_on(:due_date, cast(:due_date as date) + 1) as posting on invoice.id = posting.invoice_id
where invoice.due_date = :due_date
group by posting.kind
order by kind
