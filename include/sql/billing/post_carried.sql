-- In: settled (the due date that is being settled; null: none is), one_date (a due date; null: all). Posts the charges
-- that wait for a later invoice of their client plans. Out: a row for each due date of such charges, with the number of
-- postings, their sum in reais, and the number of invoices made for them.
select
    waiting.due_date,
    posted.events,
    posted.amount,
    posted.invoices
from (
    select distinct carried.due_date
    from billing.carried_charge as carried
    where
        carried.invoice_id is null
        and (cast(:one_date as date) is null or carried.due_date = cast(:one_date as date))
    order by carried.due_date
) as waiting
cross join lateral billing.post_carried(waiting.due_date, cast(:settled as date)) as posted
