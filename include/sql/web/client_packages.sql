-- In: client_plan_id, today. Out: the extras of a client plan, those in force first, with the price that applies
-- without a promotion, and the promotions that count today or will, a JSON object each.
select
    sold.id,
    sold.package_id,
    package.name as package,
    package.active and package.extra as served,
    sold.price as own_price,
    coalesce(sold.price, package.price) as price,
    sold.added_on,
    sold.cancelled_on,
    case
        when sold.added_on > :today then 'future'
        when sold.cancelled_on <= :today then 'cancelled'
        else 'live'
    end as state,
    coalesce(
        (
            select
                json_agg(
                    json_build_object(
                        'price', cast(promotion.price as text),
                        'since', promotion.since,
                        'until', promotion.until,
                        'counts_today', promotion.since <= :today
                    )
                    order by promotion.since
                )
            from tv.promotion as promotion
            where
                promotion.client_package_id = sold.id
                and promotion.until > :today
                and promotion.since < coalesce(sold.cancelled_on, 'infinity')
        ),
        '[]'
    ) as promotions
from tv.client_package as sold
inner join tv.package as package on sold.package_id = package.id
where sold.client_plan_id = :client_plan_id
order by (sold.cancelled_on is null or sold.cancelled_on > :today) desc, sold.added_on desc, sold.id desc
limit 200
