-- Out: the due dates of the charges that wait for a later invoice, the oldest first.
select distinct carried.due_date
from billing.carried_charge as carried
where carried.invoice_id is null
order by carried.due_date
