-- In: due_date. Out: the number of charges of the same due days in the month before, and their sum in reais; no row if
-- none of their due dates was billed.
select
    before.charges,
    before.amount
from (
    select
        count(*) as charges,
        coalesce(sum(event.amount), 0) as amount
    from billing.charge_before(:due_date) as event
) as before
where
    exists (
        select 1
        from billing.run as run
        where run.kind = 'tv' and run.due_date = any(billing.due_dates_before(:due_date))
    )
