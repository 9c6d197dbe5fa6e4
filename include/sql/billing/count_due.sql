-- In: due_date. Out: one row: the number of client plans that are due, and whether events still wait to be settled.
select
    (select count(*) from billing.due_client_plan(:due_date))
    + (select count(*) from billing.repeated_client_plan(:due_date)) as client_plans,
    exists (
        select 1
        from billing.run as run
        where run.kind = 'tv' and run.due_date = :due_date and run.status <> 'closed'
    )
    and exists (
        select 1
        from billing.pending_charge(:due_date)
    ) as pending
