-- In: client_plan_id, today. Out: the active extras by name, with whether the client plan has each already, today or
-- from a later day on.
select
    package.id,
    package.name,
    package.price,
    exists(
        select 1
        from tv.client_package as sold
        where
            sold.client_plan_id = :client_plan_id
            and sold.package_id = package.id
            and (sold.cancelled_on is null or sold.cancelled_on > :today)
    ) as sold
from tv.package as package
where package.extra and package.active
order by package.name, package.id
limit 500
