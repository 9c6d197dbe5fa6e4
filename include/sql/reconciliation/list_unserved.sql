-- In: today. Makes the temporary table unserved: each extra that is sold today to a client plan that should be served,
-- but whose service the platform's subscriber does not have live, with its price a month in reais.
-- A table and not a part of the next statement, because only so PostgreSQL joins in parallel.
create temporary table unserved on commit drop as
select
    sold.client_plan_id,
    sold.package_id,
    coalesce(sold.price, package.price, 0) as amount
from staging.desired_subscriber as desired
inner join tv.client_package as sold on desired.client_plan_id = sold.client_plan_id
inner join tv.package as package on sold.package_id = package.id
left join staging.subscriber as actual on desired.client_plan_id = actual.client_plan_id
where
    desired.status = 'ACTIVE'
    and sold.added_on <= cast(:today as date)
    and (sold.cancelled_on is null or sold.cancelled_on > cast(:today as date))
    and package.active
    and package.extra
    and (actual.status = 'ACTIVE' and package.platform_uid = any(actual.services)) is not true
