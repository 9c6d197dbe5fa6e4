-- In: client_plan_id, package_id, added_on. Out: the first client package that prevents a sale of the package from that
-- day on, because their days overlap.
select
    sold.id,
    sold.added_on,
    sold.cancelled_on
from tv.client_package as sold
where
    sold.client_plan_id = :client_plan_id
    and sold.package_id = :package_id
    and daterange(sold.added_on, sold.cancelled_on) && daterange(:added_on, null)
order by sold.added_on
limit 1
