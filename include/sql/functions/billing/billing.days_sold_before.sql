-- In: of_client_package, its price, the days on which its client plan was activated and cancelled, and a month
-- [opening, closing). Out: the days of the month that earlier sales of the same package cover at the same price. Sales
-- at different prices are not parts of one whole.
create or replace function billing.days_sold_before(
    of_client_package bigint, at_price numeric, activated_on date, cancelled_on date, opening date, closing date
)
returns integer
language sql stable parallel safe cost 1000
as $$
    select
        cast(coalesce(sum(billing.days_within(
            greatest(earlier.added_on, activated_on),
            least(coalesce(earlier.cancelled_on, 'infinity'), coalesce(days_sold_before.cancelled_on, 'infinity')),
            opening, closing
        )), 0) as integer)
    from tv.client_package as sold
    inner join tv.client_package as earlier
        on
            sold.client_plan_id = earlier.client_plan_id
            and sold.package_id = earlier.package_id
            and sold.added_on > earlier.added_on
    inner join tv.package as package on earlier.package_id = package.id
    where sold.id = of_client_package and coalesce(earlier.price, package.price) = at_price
$$;
