-- In: for_due_date. Out: what the client plans that are due owe for older months (billing.owed_as_charged) beyond what
-- was charged (billing.open_unit), where the policy of the month adjusts: an amount for each package, as segment 0,
-- with the days that were not charged; nothing for a package of which another due date has something pending for the
-- month. A month of which all was given back is charged, or named, as one that nobody charged (billing.open_due). Not
-- inlined: these are few, and are looked up.
create or replace function billing.difference_due(for_due_date date)
returns setof billing.month_of_sale
language plpgsql stable parallel safe rows 100
set enable_nestloop = on
set plan_cache_mode = force_custom_plan
as $$
declare
    billed record;
begin
    for billed in
        select
            unit.reference_month as month,
            array_agg(distinct unit.client_plan_id) as client_plans
        from billing.open_unit(for_due_date) as unit
        where unit.charged
        group by unit.reference_month
        order by unit.reference_month
    loop
        return query
        with charge as (
            select
                event.client_plan_id,
                event.package_id,
                event.due_date,
                event.days,
                event.segment,
                extract(day from billed.month + interval '1 month' - interval '1 day') as denominator,
                event.amount + coalesce(adjusted.amount, 0) as amount,
                posting.id is not null as processed
            from billing.event_record as event
            left join billing.adjusted as adjusted
                on event.id = adjusted.charge_id and event.due_date = adjusted.due_date
            left join finance.posting
                on
                    event.due_date = posting.event_due_date
                    and event.id = posting.id
                    -- Said of the postings too, so that only their partitions are planned and locked.
                    and posting.event_due_date >= billed.month
                    and posting.event_due_date < billing.charging_until(for_due_date)
            where
                event.due_date >= billed.month
                and event.due_date < billing.charging_until(for_due_date)
                and (event.due_date <> for_due_date or posting.id is not null)
                and event.reference_month = billed.month
                -- So that they are found by the key of the client package.
                and event.client_package_id in (
                    select sold.id
                    from tv.client_package as sold
                    where sold.client_plan_id = any(billed.client_plans)
                )
                and event.kind = 'charge'
                and event.cancelled_at is null
                and not event.reversed
        ),

        charged as (
            select
                charge.client_plan_id,
                charge.package_id,
                sum(charge.amount) as amount,
                least(sum(coalesce(charge.days, charge.denominator)), max(charge.denominator)) as days,
                max(charge.denominator) as denominator
            from charge
            group by charge.client_plan_id, charge.package_id
            -- What is pending is worked out anew by its own due date.
            having bool_and(charge.processed)
        ),

        owed as (
            select as_charged.*
            from billing.owed_as_charged(billed.month, billed.client_plans) as as_charged
        ),

        owed_once as (
            select
                owed.client_plan_id,
                owed.service_plan_id,
                owed.client_package_id,
                owed.package_id,
                owed.price,
                owed.price_source,
                owed.policy_id,
                sum(owed.amount) over of_unit as amount,
                sum(owed.days) over of_unit as days,
                -- The last sale and price of the month name the difference.
                row_number() over (of_unit order by owed.client_package_id desc, owed.segment desc) as place
            from owed
            where
                owed.client_plan_id = any(billed.client_plans)
                and owed.exclusion is null
                and not exists (
                    select
                    from billing.taken_back(billed.month) as taken_back
                    where
                        taken_back.client_package_id = owed.client_package_id
                        and taken_back.reference_month = billed.month
                        and not taken_back.rebill
                )
            window of_unit as (partition by owed.client_plan_id, owed.package_id)
        )

        select
            owed_once.client_plan_id,
            owed_once.service_plan_id,
            owed_once.client_package_id,
            owed_once.package_id,
            billed.month,
            0,
            owed_once.amount - charged.amount,
            owed_once.price,
            owed_once.price_source,
            cast(greatest(least(owed_once.days, charged.denominator) - charged.days, 0) as integer),
            cast(charged.days as integer),
            charged.amount,
            cast(charged.denominator as integer),
            owed_once.policy_id,
            case when not policy.adjusts and not policy.bills_open_months then 'open_month' end
        from owed_once
        inner join charged
            on owed_once.client_plan_id = charged.client_plan_id and owed_once.package_id = charged.package_id
        inner join billing.policy on owed_once.policy_id = policy.id
        where
            owed_once.place = 1
            and owed_once.amount > charged.amount
            and (policy.adjusts or charged.amount = 0)
            -- The due date bills the month before by itself, where that is charged in arrears.
            and not (policy.timing = 'arrears' and billed.month = billing.month_before(for_due_date))
            and billed.month >= billing.go_live();
    end loop;
end
$$;
