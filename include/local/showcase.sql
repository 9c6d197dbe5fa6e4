-- In: today, author. Out: one row with what the demonstration changes, unless its author has made changes before or
-- there is too little: three client plans of one service plan whose default package has room for a second point, each
-- with one live point and one live extra; a priced extra that none of them ever had; another default package for the
-- service plan, with room for the same points, null for none; the usual type of device.
with package_for_sale as (
    select package.id
    from tv.package
    left join tv.client_package as sold on package.id = sold.package_id
    where package.active and package.extra and package.price > 0
    group by package.id
    -- The one that fewest have, so that enough do not have it.
    order by count(sold.id), package.id
    limit 1
),

extra as (
    select
        sold.client_plan_id,
        min(sold.id) as client_package_id
    from tv.client_package as sold
    inner join tv.package as package on sold.package_id = package.id
    where
        sold.added_on <= cast(:today as date)
        and sold.cancelled_on is null
        and package.active
        and package.extra
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
        setting.package_id,
        package_for_sale.id as extra_id,
        extra.client_package_id,
        point.point_id,
        row_number() over (partition by plan.service_plan_id order by plan.id) as place
    from erp.client_plan as plan
    inner join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
    inner join tv.package as included on setting.package_id = included.id
    inner join extra on plan.id = extra.client_plan_id
    inner join point on plan.id = point.client_plan_id
    cross join package_for_sale
    where
        plan.status = 'active'
        and plan.activated_on <= cast(:today as date)
        and plan.cancelled_on is null
        and setting.allows_tv
        and included.active
        and coalesce(included.point_limit, 2) >= 2
        and not exists (
            select 1 from tv.client_package as sold
            where sold.client_plan_id = plan.id and sold.package_id = package_for_sale.id
        )
),

stage as (
    select
        max(actor.id) filter (where actor.place = 1) as client_plan_id,
        max(actor.point_id) filter (where actor.place = 1) as point_to_edit,
        max(actor.client_package_id) filter (where actor.place = 2) as package_to_cancel,
        max(actor.point_id) filter (where actor.place = 2) as point_to_swap,
        max(actor.point_id) filter (where actor.place = 3) as point_to_remove,
        max(actor.id) filter (where actor.place = 3) as mistaken_client_plan_id,
        actor.service_plan_id,
        actor.package_id,
        actor.extra_id
    from actor
    where actor.place <= 3
    group by actor.service_plan_id, actor.package_id, actor.extra_id
    having count(*) = 3
)

select
    stage.client_plan_id,
    stage.point_to_edit,
    stage.package_to_cancel,
    stage.point_to_swap,
    stage.point_to_remove,
    stage.mistaken_client_plan_id,
    stage.service_plan_id,
    stage.extra_id,
    other.id as default_id,
    (select mode() within group (order by client_point.device_type) from tv.client_point) as device_type
from stage
inner join tv.package as included on stage.package_id = included.id
left join lateral (
    select package.id from tv.package
    where
        package.active
        and not package.extra
        and package.service_type = 'BASIC_SERVICE'
        and package.id <> included.id
        and (package.point_limit is null or package.point_limit >= included.point_limit)
    order by package.id
    limit 1
) as other on true
where
    not exists (
        select 1 from tv.contract_change as change
        where change.author = :author
    )
order by other.id is null, stage.service_plan_id desc
limit 1
