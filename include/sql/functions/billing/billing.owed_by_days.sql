-- In: as billing.owed_part. Out: what each client package owes for the month that a policy charges by its days: a
-- segment for each price; or one reason why it owes nothing. The days of a client plan's package are one sum, which
-- is rounded once and compared with the minimum, however often it was sold in the month. Not inlined, so that what is
-- charged in full is read in parallel, and so that nothing is planned where no policy charges by days.
create or replace function billing.owed_by_days(
    of_month date, for_due_date date, judged_on date, client_plans bigint[] default null, billed_by date default null
)
returns setof billing.month_of_sale
language plpgsql stable parallel safe rows 1000
set plan_cache_mode = force_custom_plan
as $$
begin
    if not exists (select from billing.policy where policy.proration = 'daily') then
        return;
    end if;
    return query
    select
        segment.client_plan_id,
        coalesce(segment.service_plan_id, 0),
        segment.client_package_id,
        segment.package_id,
        of_month,
        cast(segment.segment as integer),
        segment.amount,
        segment.price,
        segment.price_source,
        cast(segment.days as integer),
        cast(segment.days_before as integer),
        segment.value_before,
        segment.denominator,
        segment.policy_id,
        segment.reason
    from (
        select
            judged.*,
            row_number() over (
                partition by judged.client_package_id, judged.reason is null
                order by judged.opening, judged.price
            ) as segment,
            bool_or(judged.reason is null) over (partition by judged.client_package_id) as charged
        from (
            select
                amounted.*,
                case
                    when amounted.exclusion is not null then amounted.exclusion
                    when amounted.days = 0 then 'package_cancelled'
                    when amounted.month_amount < greatest(amounted.minimum_amount, 0.01) or amounted.amount = 0
                        then 'below_minimum'
                end as reason
            from (
                select
                    ordered.*,
                    billing.prorated(
                        ordered.price, ordered.value_before, cast(ordered.days as integer), ordered.denominator,
                        ordered.rounding
                    ) as amount,
                    billing.prorated(
                        ordered.value_of_month, 0, 1, ordered.denominator, ordered.rounding
                    ) as month_amount
                from (
                    select
                        by_price.*,
                        coalesce(sum(by_price.value) over (
                            of_unit order by by_price.added_on, by_price.opening, by_price.price
                            rows between unbounded preceding and 1 preceding
                        ), 0) as value_before,
                        coalesce(sum(by_price.charged_days) over (
                            of_unit order by by_price.added_on, by_price.opening, by_price.price
                            rows between unbounded preceding and 1 preceding
                        ), 0) as days_before,
                        sum(by_price.value) over (of_unit) as value_of_month,
                        extract(day from cast(of_month + interval '1 month' as date) - 1)::integer as denominator
                    from (
                        select
                            part.client_plan_id,
                            part.client_package_id,
                            part.package_id,
                            part.added_on,
                            part.price,
                            part.policy_id,
                            part.rounding,
                            part.minimum_amount,
                            min(part.opening) as opening,
                            (array_agg(part.price_source order by part.opening desc))[1] as price_source,
                            min(part.last_service_plan_id) as service_plan_id,
                            sum(part.days) as days,
                            case when part.chargeable then sum(part.days) else 0 end as charged_days,
                            case when part.chargeable then sum(part.days) * part.price else 0 end as value,
                            (array_agg(part.exclusion order by part.opening desc))[1] as exclusion
                        from (
                            select
                                every.*,
                                every.exclusion is null and every.days > 0 as chargeable,
                                -- Of all segments of a sale, so that the list counts it once.
                                first_value(every.service_plan_id) over (
                                    partition by every.client_package_id order by every.opening desc
                                ) as last_service_plan_id
                            from billing.owed_part(of_month, for_due_date, judged_on, true, client_plans) as every
                        ) as part
                        group by
                            part.client_plan_id, part.client_package_id, part.package_id, part.added_on,
                            part.chargeable, part.price, part.policy_id, part.rounding, part.minimum_amount
                    ) as by_price
                    window of_unit as (partition by by_price.client_plan_id, by_price.package_id)
                ) as ordered
            ) as amounted
        ) as judged
    ) as segment
    where
        (segment.reason is null or (not segment.charged and segment.segment = 1))
        and not exists (
            select
            from billing.processed_in_full(billed_by, of_month) as processed
            where processed.client_package_id = segment.client_package_id
        );
end
$$;
