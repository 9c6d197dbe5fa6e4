-- In: due_date. Out: one row: how many client plans are due then, and how many events still wait to be settled.
select
    (select count(*) from billing.due_client_plan(:due_date)) as client_plans,
    (
        select count(*)
        from billing.run as run
        inner join billing.event as event on run.id = event.run_id
        where run.kind = 'tv' and run.due_date = :due_date and event.status = 'pending' and event.kind = 'charge'
    ) as pending
