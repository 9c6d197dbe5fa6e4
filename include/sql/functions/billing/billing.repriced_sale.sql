-- In: of_month, its first day. Out: the client packages whose own price changed in the month or later, or that have a
-- promotion in it, with each price and its days [since, until). Not inlined, as billing.changed_contract,
-- and planned only if there are any.
create or replace function billing.repriced_sale(of_month date)
returns table (id bigint, price numeric, since date, until date)
language plpgsql stable parallel safe rows 100
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
begin
    if not (
        exists (
            select
            from history.client_package as past
            where past.until > of_month and past.until < 'infinity'
        )
        or exists (
            select
            from tv.promotion
            where promotion.until > of_month and promotion.since < of_month + interval '1 month'
        )
    ) then
        return;
    end if;
    return query
    with repriced as (
        select past.client_package_id as id
        from history.client_package as past
        where past.until > of_month and past.until < 'infinity'
        union
        select promotion.client_package_id
        from tv.promotion as promotion
        where promotion.until > of_month and promotion.since < of_month + interval '1 month'
    ),

    own as (
        select
            past.client_package_id as id,
            past.price,
            past.since,
            past.until
        from repriced
        inner join history.client_package as past on repriced.id = past.client_package_id
        union all
        select
            sold.id,
            sold.price,
            cast('-infinity' as date),
            cast('infinity' as date)
        from repriced
        inner join tv.client_package as sold on repriced.id = sold.id
        where
            not exists (
                select
                from history.client_package as known
                where known.client_package_id = sold.id
            )
    ),

    edge as (
        select own.id, own.since as day
        from own
        union
        select promotion.client_package_id, edges.day
        from repriced
        inner join tv.promotion as promotion on repriced.id = promotion.client_package_id
        cross join lateral (values (promotion.since), (promotion.until)) as edges (day)
    ),

    span as (
        select
            edge.id,
            edge.day as since,
            lead(edge.day, 1, 'infinity') over (partition by edge.id order by edge.day) as until
        from edge
    )

    select
        span.id,
        coalesce(promotion.price, own.price),
        span.since,
        span.until
    from span
    inner join own on span.id = own.id and span.since >= own.since and span.since < own.until
    left join tv.promotion as promotion
        on span.id = promotion.client_package_id and span.since >= promotion.since and span.since < promotion.until;
end
$$;
