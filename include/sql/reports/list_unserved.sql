-- In: today. Creates the temporary table unserved: each extra that is sold today to a client plan that should be
-- served, but is not live on the platform, with its monthly price in reais. Few rows, so whether they should be served
-- is looked up last.
-- A table and not part of the next statement, because PostgreSQL parallelises the join only this way.
create temporary table unserved on commit drop as
with missing as materialized (
    select
        sold.client_plan_id,
        sold.package_id,
        coalesce(sold.price, package.price, 0) as amount
    from tv.client_package as sold
    inner join tv.package as package on sold.package_id = package.id
    left join staging.subscriber as actual on sold.client_plan_id = actual.client_plan_id
    where
        sold.added_on <= cast(:today as date)
        and (sold.cancelled_on is null or sold.cancelled_on > cast(:today as date))
        and package.active
        and package.extra
        and (actual.status = 'ACTIVE' and package.platform_uid = any(actual.services)) is not true
)

select
    missing.client_plan_id,
    missing.package_id,
    missing.amount
from missing
inner join staging.desired_subscriber as desired on missing.client_plan_id = desired.client_plan_id
where desired.status = 'ACTIVE'
