-- In: for_due_date. Out: every client package of every client plan that is due, as it is sold now: the amount to
-- charge, or the reason not to (a code of billing.exclusion_reason). service_plan_id 0: the ERP names none. Knows
-- nothing of events, and nothing of client plans that the ERP repeats.
create or replace function billing.assessed_sale(for_due_date date)
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
language sql stable parallel safe
as $$
    with measured as not materialized (
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
            case
                -- Sales of a package never overlap, so no earlier one reaches into a month that this one fills.
                when policy.daily and sold.added_on <= policy.opening then 0
                when policy.daily then billing.days_sold_before(
                    sold.id, coalesce(sold.price, package.price), plan.activated_on, plan.cancelled_on,
                    policy.opening, policy.closing
                )
            end as days_before,
            case
                when plan.parked is not null then plan.parked
                -- Without TV there is no policy, and the contract's own reason comes first.
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

    priced as not materialized (
        select
            measured.*,
            case
                when measured.days is null then measured.price
                else billing.prorated(measured.price, measured.days_before, measured.days, measured.denominator)
            end as amount
        from measured
    )

    select
        priced.client_plan_id,
        coalesce(priced.service_plan_id, 0),
        priced.client_package_id,
        priced.package_id,
        coalesce(priced.reference_month, cast(date_trunc('month', cast(for_due_date as timestamp)) as date)),
        priced.amount,
        priced.price,
        priced.price_source,
        priced.days,
        priced.days_before,
        priced.denominator,
        priced.policy_id,
        case
            when priced.exclusion is not null then priced.exclusion
            when priced.days = 0 then 'package_cancelled'
            when priced.amount < greatest(priced.minimum_amount, 0.01) then 'below_minimum'
        end
    from priced
$$;
