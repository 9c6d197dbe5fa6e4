-- In: client_plan_id, package_id, price or null, added_on. Out: the new row, and the whole row as JSON (state).
-- The constraint client_package_once_a_day refuses a package that the client plan already has on one of those days.
insert into tv.client_package as sold (client_plan_id, package_id, price, added_on)
values (:client_plan_id, :package_id, :price, :added_on)
returning
    sold.id,
    sold.client_plan_id,
    sold.package_id,
    sold.price,
    sold.added_on,
    sold.cancelled_on,
    cast(to_jsonb(sold) as text) as state
