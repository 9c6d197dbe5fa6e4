-- In: due_date. Out: one row: how many client plans are due then, how many events still wait to be settled, and, as a
-- warning, how many live client packages belong to no client plan at all and so are on no list.
select
    (select count(*) from billing.due_client_plan(:due_date)) as client_plans,
    (
        select count(*)
        from billing.run as run
        inner join billing.event as event on run.id = event.run_id
        where run.kind = 'tv' and run.due_date = :due_date and event.status = 'pending'
    ) as pending,
    (
        select count(*)
        from tv.client_package as sold
        where
            sold.cancelled_on is null
            and not exists (
                select 1 from erp.client_plan as plan
                where plan.id = sold.client_plan_id
            )
    ) as orphans
