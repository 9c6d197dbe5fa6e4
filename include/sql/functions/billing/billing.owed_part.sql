-- In: of_month, its first day; for_due_date (null: all client plans, whatever their timing), else the client plans that
-- are due and whose policy bills the month on that date; judged_on (null: the billing day); by_days: those that a
-- policy charges by days, or the others; client_plans and billed_by as of billing.sale. Out: each client package, with
-- the days [opening, closing) of the month on which nothing of its contract, TV tab, package and price changed: how
-- many of them are in force, at which price, under which policy; or why they are not to be charged. Of a policy that
-- charges a month in full, that is one day: in advance the billing day, in arrears the last of the month.
create or replace function billing.owed_part(
    of_month date,
    for_due_date date,
    judged_on date,
    by_days boolean,
    client_plans bigint[] default null,
    billed_by date default null
)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    added_on date,
    opening date,
    days integer,
    price numeric,
    price_source text,
    policy_id bigint,
    rounding text,
    minimum_amount numeric,
    exclusion text
)
language sql stable parallel safe
as $$
    select
        part.client_plan_id,
        part.service_plan_id,
        part.client_package_id,
        part.package_id,
        part.added_on,
        part.opening,
        case
            when by_days then billing.days_within(
                greatest(part.added_on, part.activated_on), least(part.sold_until, part.cancelled_on),
                part.opening, part.closing
            )
        end,
        part.month_price,
        part.price_source,
        part.policy_id,
        part.rounding,
        part.minimum_amount,
        case
            when part.parked is not null then part.parked
            -- Without TV the contract's own reason comes first.
            when
                part.cancelled_on <= part.opening
                -- An end that is stated counts for days, for a month in full only once it is over.
                or (
                    part.status = 'cancelled'
                    and (
                        part.cancelled_on is null
                        or part.cancelled_on = 'infinity'
                        or (by_days or part.arrears) is not true
                    )
                )
                then 'client_plan_cancelled'
            when
                part.status is null
                or (
                    part.status <> 'active'
                    and part.status <> 'cancelled'
                    and (part.status <> 'suspended' or part.bills_suspended is not true)
                )
                then 'client_plan_suspended'
            when part.activated_on is null or part.activated_on >= part.closing then 'client_plan_not_active_yet'
            when part.allows_tv is not true then 'plan_without_tv'
            when part.default_package is null then 'no_default_package'
            when not part.extra then 'package_not_extra'
            when not part.active then 'package_inactive'
            when part.added_on >= part.closing then 'not_added_yet'
            when part.sold_until <= part.opening then 'package_cancelled'
            when (part.month_price > 0) is not true
                then
                    case
                        when part.month_price is null then 'no_price'
                        when part.month_price < 0 then 'negative_price'
                        else 'free'
                    end
        end
    from (
        select
            sale.*,
            package.extra,
            package.active,
            -- A price that is not a number is none.
            nullif(coalesce(sale.price, package.price), 'NaN') as month_price,
            case when sale.price is null then 'package' else 'client' end as price_source,
            case
                when by_days then greatest(of_month, sale.since, package.since)
                else judged.day
            end as opening,
            case
                when by_days
                    then least(cast(of_month + interval '1 month' as date), sale.until, package.until)
                else judged.day + 1
            end as closing
        from billing.sale(of_month, for_due_date, client_plans, billed_by) as sale
        inner join billing.package_terms() as package on sale.package_id = package.package_id
        cross join
            lateral (
                select
                    case
                        -- The same as of the policy for what a due date bills, and known when the query is planned.
                        when coalesce(of_month < billing.month_of(for_due_date), sale.arrears)
                            then cast(of_month + interval '1 month' as date) - 1
                        else coalesce(judged_on, sale.billing_day)
                    end as day
            ) as judged
        where
            (for_due_date is null or coalesce(sale.arrears, false) = (of_month < billing.month_of(for_due_date)))
            and coalesce(sale.daily, false) = by_days
            and (
                by_days
                or (
                    sale.since <= judged.day
                    and sale.until > judged.day
                    and package.since <= judged.day
                    and package.until > judged.day
                )
            )
    ) as part
    where part.opening < part.closing or not by_days
$$;
