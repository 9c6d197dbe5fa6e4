-- In: due_date. Out: the plan fees of older months on its invoices: their number and their sum in reais.
select
    count(*) as count,
    coalesce(sum(late.amount), 0) as amount
from billing.carried_fee as late
inner join finance.invoice as invoice on late.invoice_id = invoice.id
where invoice.due_date = :due_date
