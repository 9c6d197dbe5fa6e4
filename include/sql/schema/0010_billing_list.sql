-- The list of a due date by policy: takes the place of the definitions that knew the manual's rule only.
drop function billing.candidate;
drop function billing.judged;
drop function billing.due_client_plan;

-- The one place where an amount is rounded: half up, once. By the days that went before, so that the parts of a month
-- that was split always add up to what the whole would have cost.
create function billing.prorated(price numeric, days_before integer, days integer, denominator integer)
returns numeric
language sql immutable
as $$
    select round(price * (days_before + days) / denominator, 2) - round(price * days_before / denominator, 2)
$$;

create function billing.days_within(since date, until date, opening date, closing date)
returns integer
language sql immutable
as $$
    select greatest(0, least(coalesce(until, closing), closing) - greatest(since, opening))
$$;

-- The client plans that a due date covers. A due day past the end of the month falls on the month's last day.
create function billing.due_client_plan(for_due_date date)
returns table (
    id bigint,
    client_id bigint,
    service_plan_id bigint,
    status text,
    activated_on date,
    cancelled_on date,
    exclusion text
)
language sql stable
as $$
    select
        plan.id,
        plan.client_id,
        plan.service_plan_id,
        plan.status,
        plan.activated_on,
        plan.cancelled_on,
        case
            -- What a view of the ERP leaves empty is never taken for a reason to charge.
            when plan.status = 'cancelled' or plan.cancelled_on <= for_due_date then 'client_plan_cancelled'
            when plan.status is distinct from 'active' then 'client_plan_suspended'
            when plan.activated_on is null or plan.activated_on > for_due_date then 'client_plan_not_active_yet'
        end
    from erp.client_plan as plan
    where
        -- Of the column's own type, or neither its index nor its statistics would serve.
        plan.due_day between cast(extract(day from for_due_date) as smallint)
        and cast(
            case
                when extract(day from for_due_date + 1) = 1 then 31
                else extract(day from for_due_date)
            end as smallint
        )
$$;

-- The policy of each service plan that has a TV tab, with what it means for a due date: the month that is charged,
-- and the days [opening, closing) on any of which a package must be sold to be charged.
create function billing.policy_of(for_due_date date)
returns table (
    service_plan_id bigint,
    policy_id bigint,
    daily boolean,
    arrears boolean,
    minimum_amount numeric(12, 2),
    bills_suspended boolean,
    reference_month date,
    opening date,
    closing date
)
language sql stable
as $$
    with chosen as (
        select
            setting.service_plan_id,
            policy.id,
            policy.proration = 'daily' as daily,
            policy.timing = 'arrears' as arrears,
            policy.minimum_amount,
            policy.bills_suspended,
            cast(
                date_trunc('month', cast(for_due_date as timestamp))
                - case policy.timing when 'arrears' then interval '1 month' else interval '0' end as date
            ) as month
        from (select distinct tab.service_plan_id from tv.service_plan_setting as tab) as setting
        left join billing.policy_in_force as own on setting.service_plan_id = own.service_plan_id
        inner join billing.policy_in_force as policy
            on
                own.id = policy.id
                or (own.id is null and policy.service_plan_id is null)
    )

    select
        chosen.service_plan_id,
        chosen.id,
        chosen.daily,
        chosen.arrears,
        chosen.minimum_amount,
        chosen.bills_suspended,
        chosen.month,
        case
            when chosen.daily then chosen.month
            when chosen.arrears then cast(chosen.month + interval '1 month' as date) - 1
            else for_due_date
        end,
        case
            when chosen.daily or chosen.arrears then cast(chosen.month + interval '1 month' as date)
            else for_due_date + 1
        end
    from chosen
$$;

-- Every client package of every client plan that is due, judged by what is sold now: the amount to charge, or the
-- reason not to. Knows nothing of events.
create function billing.judged(for_due_date date)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    reference_month date,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text,
    days integer,
    days_before integer,
    denominator integer,
    policy_id bigint,
    exclusion text
)
language sql stable
as $$
    with measured as (
        select
            plan.id as client_plan_id,
            plan.service_plan_id,
            sold.id as client_package_id,
            sold.package_id,
            coalesce(sold.price, package.price) as price,
            case when sold.price is null then 'package' else 'client' end as price_source,
            policy.policy_id,
            policy.reference_month,
            policy.minimum_amount,
            case when policy.daily then policy.closing - policy.opening end as denominator,
            case when policy.daily then billing.days_within(
                greatest(sold.added_on, plan.activated_on),
                least(coalesce(sold.cancelled_on, 'infinity'), coalesce(plan.cancelled_on, 'infinity')),
                policy.opening, policy.closing
            ) end as days,
            -- By the price as well: the parts of a month that was sold at two prices are not one whole.
            case when policy.daily then (
                select
                    coalesce(sum(billing.days_within(
                        greatest(earlier.added_on, plan.activated_on),
                        least(coalesce(earlier.cancelled_on, 'infinity'), coalesce(plan.cancelled_on, 'infinity')),
                        policy.opening, policy.closing
                    )), 0)
                from tv.client_package as earlier
                where
                    earlier.client_plan_id = plan.id
                    and earlier.package_id = sold.package_id
                    and coalesce(earlier.price, package.price) = coalesce(sold.price, package.price)
                    and earlier.added_on < sold.added_on
            ) end as days_before,
            case
                when setting.allows_tv is not true then coalesce(plan.exclusion, 'plan_without_tv')
                when
                    plan.cancelled_on <= policy.opening
                    or (plan.status = 'cancelled' and (plan.cancelled_on is null or not policy.arrears))
                    then 'client_plan_cancelled'
                when
                    plan.status is null
                    or (plan.status = 'suspended' and not policy.bills_suspended)
                    or plan.status not in ('active', 'suspended', 'cancelled')
                    then 'client_plan_suspended'
                when plan.activated_on is null or plan.activated_on >= policy.closing
                    then 'client_plan_not_active_yet'
                when not package.extra then 'package_not_extra'
                when not package.active then 'package_inactive'
                when sold.added_on >= policy.closing then 'not_added_yet'
                when sold.cancelled_on <= policy.opening then 'package_cancelled'
                when coalesce(sold.price, package.price) is null then 'no_price'
                when coalesce(sold.price, package.price) < 0 then 'negative_price'
                when coalesce(sold.price, package.price) = 0 then 'free'
            end as exclusion
        from billing.due_client_plan(for_due_date) as plan
        inner join tv.client_package as sold on plan.id = sold.client_plan_id
        inner join tv.package as package on sold.package_id = package.id
        left join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
        left join billing.policy_of(for_due_date) as policy on plan.service_plan_id = policy.service_plan_id
    ),

    priced as (
        select
            measured.*,
            case
                when measured.days is null then measured.price
                else billing.prorated(
                    measured.price, cast(measured.days_before as integer), measured.days, measured.denominator
                )
            end as amount
        from measured
    )

    select
        priced.client_plan_id,
        priced.service_plan_id,
        priced.client_package_id,
        priced.package_id,
        coalesce(priced.reference_month, cast(date_trunc('month', cast(for_due_date as timestamp)) as date)),
        priced.amount,
        priced.price,
        priced.price_source,
        priced.days,
        cast(priced.days_before as integer),
        priced.denominator,
        priced.policy_id,
        case
            when priced.exclusion is not null then priced.exclusion
            when priced.days = 0 then 'package_cancelled'
            when priced.amount < greatest(priced.minimum_amount, 0.01) then 'below_minimum'
        end
    from priced
$$;

-- The list (the manual's "Carregar"): what is sold now as judged above, with the live event of this due date if there
-- is one. What is processed already is listed as it was processed, whatever changed since. A package that was processed
-- in the month, for another due date or before it was cancelled and sold again, is not charged a second time; one that
-- is only pending on another due date is, because that pending event is stale: the due day moved. What a person took
-- back is charged again only if that person said so.
create function billing.candidate(for_due_date date)
returns table (
    client_plan_id bigint,
    service_plan_id bigint,
    client_package_id bigint,
    package_id bigint,
    reference_month date,
    amount numeric(12, 2),
    price numeric(12, 2),
    price_source text,
    days integer,
    days_before integer,
    denominator integer,
    policy_id bigint,
    exclusion text,
    event_id bigint
)
language sql stable
as $$
    with live as (
        select event.*
        from billing.event as event
        where
            event.reference_month between
            cast(date_trunc('month', cast(for_due_date as timestamp)) - interval '1 month' as date) and for_due_date
            and event.kind = 'charge'
            and event.live
    ),

    called_off as (
        select
            event.client_package_id,
            event.reference_month
        from billing.correction
        inner join billing.event as event on correction.event_id = event.id
        group by event.client_package_id, event.reference_month
        -- The last word counts.
        having not (array_agg(correction.rebill order by correction.id desc))[1]
    )

    select
        judged.client_plan_id,
        judged.service_plan_id,
        judged.client_package_id,
        judged.package_id,
        judged.reference_month,
        judged.amount,
        judged.price,
        judged.price_source,
        judged.days,
        judged.days_before,
        judged.denominator,
        judged.policy_id,
        case
            when judged.exclusion is not null then judged.exclusion
            when processed.id is not null then 'already_billed'
            when called_off.client_package_id is not null then 'corrected'
        end,
        pending.id
    from billing.judged(for_due_date) as judged
    left join live as pending
        on
            judged.client_package_id = pending.client_package_id
            and judged.reference_month = pending.reference_month
            and pending.due_date = for_due_date
            and pending.status = 'pending'
    left join live as processed
        on
            judged.client_plan_id = processed.client_plan_id
            and judged.package_id = processed.package_id
            and judged.reference_month = processed.reference_month
            and processed.status = 'processed'
            -- Two sales that are both charged by their days do not stand in each other's way.
            and (
                judged.client_package_id = processed.client_package_id
                or judged.days is null
                or processed.days is null
            )
    left join called_off
        on
            judged.client_package_id = called_off.client_package_id
            and judged.reference_month = called_off.reference_month
    where
        processed.id is null
        or processed.client_package_id <> judged.client_package_id
        or processed.due_date <> for_due_date
    union all
    select
        live.client_plan_id,
        live.service_plan_id,
        live.client_package_id,
        live.package_id,
        live.reference_month,
        live.amount,
        live.price,
        live.price_source,
        live.days,
        live.days_before,
        live.denominator,
        live.policy_id,
        null,
        live.id
    from live
    where live.due_date = for_due_date and live.status = 'processed'
$$;
