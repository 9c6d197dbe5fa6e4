-- In: due_date, since (the first day of the oldest month that is looked back at). Adds to billing.open_month what the
-- months that the due date bills owe beyond what was charged for them.
insert into billing.open_month as known (client_plan_id, package_id, reference_month, owed, charged, billed)
select
    shortfall.client_plan_id,
    shortfall.package_id,
    shortfall.reference_month,
    shortfall.owed,
    shortfall.charged,
    true
from billing.shortfall(:due_date) as shortfall
where
    shortfall.reference_month >= :since
    and (
        shortfall.charged > 0
        -- If nobody saved the list, the month was not billed.
        or exists (
            select
            from billing.run as run
            where run.kind = 'tv' and run.due_date = :due_date and run.status in ('saved', 'closed')
        )
    )
on conflict (client_plan_id, package_id, reference_month) do update
    set owed = excluded.owed, charged = excluded.charged, billed = true
    where (known.owed, known.charged, known.billed) is distinct from (excluded.owed, excluded.charged, true)
