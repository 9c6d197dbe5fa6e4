-- In: today, author. Out: one row with what the demonstration changes, unless its author has made changes before: three
-- client plans of one service plan with the essential package, each with one live point and one live extra; an extra
-- that the first does not have; the package that the service plan gets.
with extra as (
    select
        sold.client_plan_id,
        min(sold.id) as client_package_id
    from tv.client_package as sold
    inner join tv.package as package on sold.package_id = package.id
    where
        sold.added_on <= cast(:today as date)
        and sold.cancelled_on is null
        and package.active
        and package.platform_uid <> 'svc-esportes'
    group by sold.client_plan_id
),

point as (
    select
        client_point.client_plan_id,
        min(client_point.id) as point_id
    from tv.client_point
    where client_point.added_on <= cast(:today as date) and client_point.removed_on is null
    group by client_point.client_plan_id
    having count(*) = 1
),

actor as (
    select
        plan.id,
        plan.service_plan_id,
        extra.client_package_id,
        point.point_id,
        row_number() over (partition by plan.service_plan_id order by plan.id) as place
    from erp.client_plan as plan
    inner join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
    inner join tv.package as included on setting.package_id = included.id
    inner join extra on plan.id = extra.client_plan_id
    inner join point on plan.id = point.client_plan_id
    where
        plan.status = 'active'
        and plan.activated_on <= cast(:today as date)
        and plan.cancelled_on is null
        and setting.allows_tv
        and included.platform_uid = 'svc-essencial'
        and not exists (
            select 1
            from tv.client_package as sports
            inner join tv.package as package on sports.package_id = package.id
            where sports.client_plan_id = plan.id and package.platform_uid = 'svc-esportes'
        )
)

select
    max(actor.id) filter (where actor.place = 1) as client_plan_id,
    max(actor.point_id) filter (where actor.place = 1) as point_to_edit,
    max(actor.client_package_id) filter (where actor.place = 2) as package_to_cancel,
    max(actor.point_id) filter (where actor.place = 2) as point_to_swap,
    max(actor.point_id) filter (where actor.place = 3) as point_to_remove,
    max(actor.id) filter (where actor.place = 3) as mistaken_client_plan_id,
    actor.service_plan_id,
    (
        select package.id from tv.package
        where package.platform_uid = 'svc-esportes'
    ) as extra_id,
    (
        select package.id from tv.package
        where package.platform_uid = 'svc-familia'
    ) as default_id
from actor
where
    actor.place <= 3
    and not exists (
        select 1 from tv.contract_change as change
        where change.author = :author
    )
group by actor.service_plan_id
having count(*) = 3
order by actor.service_plan_id desc
limit 1
