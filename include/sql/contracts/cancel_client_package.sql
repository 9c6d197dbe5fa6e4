-- In: id, cancelled_on. Ends a client package; its row stays. Out: the row, and the whole row as JSON (state).
update tv.client_package as sold
set cancelled_on = :cancelled_on
where sold.id = :id
returning
    sold.id,
    sold.client_plan_id,
    sold.package_id,
    sold.price,
    sold.added_on,
    sold.cancelled_on,
    cast(to_jsonb(sold) as text) as state
