-- In: due_date. Takes the months that the due date charges from billing.open_month. One of which only a part was
-- charged, or all was given back, stays until months are compared again.
delete from billing.open_month as open
where
    open.charged = 0
    and exists (
        select
        from billing.live_charge(:due_date) as event
        left join billing.adjusted as adjusted on event.id = adjusted.charge_id and adjusted.due_date = :due_date
        where
            event.client_plan_id = open.client_plan_id
            and event.package_id = open.package_id
            and event.reference_month = open.reference_month
            and event.amount + coalesce(adjusted.amount, 0) > 0
    )
