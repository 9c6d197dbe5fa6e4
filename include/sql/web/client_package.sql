-- In: id. Out: a client package with its package's name; no row if there is none.
select
    sold.id,
    sold.client_plan_id,
    sold.package_id,
    package.name as package,
    coalesce(sold.price, package.price) as price,
    sold.added_on,
    sold.cancelled_on
from tv.client_package as sold
inner join tv.package as package on sold.package_id = package.id
where sold.id = :id
