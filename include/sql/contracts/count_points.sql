-- In: client_plan_id, service_plan_id, today. Out: the number of the client plan's active points; the number of active
-- packages that it is served today (the plan's default and the extras in force); and how many points these allow: the
-- greatest of their limits, as the platform counts; null if one of them has no limit.
with served as (
    select setting.package_id
    from tv.service_plan_setting as setting
    where setting.service_plan_id = :service_plan_id and setting.allows_tv
    union
    select sold.package_id
    from tv.client_package as sold
    where
        sold.client_plan_id = :client_plan_id
        and sold.added_on <= :today
        and (sold.cancelled_on is null or sold.cancelled_on > :today)
)

select
    (
        select count(*)
        from tv.client_point as point
        where point.client_plan_id = :client_plan_id and point.removed_on is null
    ) as points,
    count(*) as packages,
    case when bool_and(package.point_limit is not null) then max(package.point_limit) end as point_limit
from served
inner join tv.package as package on served.package_id = package.id
where package.active
