-- In: due_date. Takes the months that the due date charges from billing.open_month.
delete from billing.open_month as open
where
    exists (
        select
        from billing.live_charge(:due_date) as event
        where
            event.client_plan_id = open.client_plan_id
            and event.package_id = open.package_id
            and event.reference_month = open.reference_month
    )
