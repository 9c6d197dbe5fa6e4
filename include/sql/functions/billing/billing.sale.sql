-- In: of_month, its first day. Out: the client packages, each with its own price (null: the package's) on the days
-- [since, until).
create or replace function billing.sale(of_month date)
returns table (
    id bigint,
    client_plan_id bigint,
    package_id bigint,
    added_on date,
    cancelled_on date,
    price numeric,
    since date,
    until date
)
language sql stable parallel safe
as $$
    select
        sold.id,
        sold.client_plan_id,
        sold.package_id,
        sold.added_on,
        sold.cancelled_on,
        sold.price,
        cast('-infinity' as date),
        cast('infinity' as date)
    from tv.client_package as sold
    where
        not exists (
            select
            from billing.repriced_sale(of_month) as repriced
            where repriced.id = sold.id
        )
    union all
    select
        sold.id,
        sold.client_plan_id,
        sold.package_id,
        sold.added_on,
        sold.cancelled_on,
        repriced.price,
        repriced.since,
        repriced.until
    from billing.repriced_sale(of_month) as repriced
    inner join tv.client_package as sold on repriced.id = sold.id
$$;
