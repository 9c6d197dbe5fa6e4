-- In: for_due_date. Out: each package of a client plan whose processed charges are more than what the month owes, as
-- it was on the due date, or on the billing day of a client plan whose due day moved before it: by how much, in reais,
-- and why (a code); and whether the policy of the charge gives that back. Of a month that earlier due dates charged,
-- too, each names what is too much on top of those before it, but no more than its own charges. Older months are
-- compared if they were charged by days, and their differences: else nothing in full changes them any more. A sale
-- whose charge a person took back owes nothing.
create or replace function billing.excess(for_due_date date)
returns table (
    client_plan_id bigint,
    package_id bigint,
    reference_month date,
    amount numeric,
    reason text,
    adjusts boolean
)
language plpgsql stable
set plan_cache_mode = force_custom_plan
as $$
#variable_conflict use_column
declare
    -- So that only the partitions that can have charges of its months are planned and locked.
    oldest date := coalesce(
        (
            select min(event.reference_month)
            from billing.processed_charge(for_due_date) as event
        ), for_due_date
    );
    -- Only of these can charges be pending.
    open_dates date[] := array(
        select run.due_date
        from billing.run
        where
            run.kind = 'tv'
            and run.status <> 'closed'
            and run.due_date >= oldest
            and run.due_date < for_due_date
    );
begin
    return query
    with charged as (
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            min(event.client_package_id) as client_package_id,
            coalesce(bool_or(policy.adjusts), false) as adjusts,
            event.reference_month = case policy.timing
                when 'arrears' then billing.month_before(for_due_date)
                else billing.month_of(for_due_date)
            end as of_its_month,
            sum(event.amount + coalesce(adjusted.amount, 0)) as amount
        from billing.processed_charge(for_due_date) as event
        left join billing.adjusted as adjusted on event.id = adjusted.charge_id and adjusted.due_date = for_due_date
        left join billing.policy as policy on event.policy_id = policy.id
        where
            (
                event.days is not null
                or event.reference_month = case policy.timing
                    when 'arrears' then billing.month_before(for_due_date)
                    else billing.month_of(for_due_date)
                end
            )
            -- A row of the ERP that is wrong is no reason to give anything back.
            and event.client_plan_id not in (
                select parked.id
                from billing.parked_client_plan(for_due_date) as parked
            )
        group by event.client_plan_id, event.package_id, event.reference_month, of_its_month
    ),

    earlier as (
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            sum(event.amount + coalesce(adjusted.amount, 0)) as amount
        from billing.event_record as event
        left join billing.adjusted as adjusted on event.id = adjusted.charge_id and event.due_date = adjusted.due_date
        where
            event.due_date >= oldest
            and event.due_date < for_due_date
            and event.reference_month >= oldest
            and event.kind = 'charge'
            and event.cancelled_at is null
            and not event.reversed
            -- What is pending is worked out anew by its own due date.
            and (
                event.due_date <> all(open_dates)
                or event.id in (
                    select posting.id
                    from finance.posting
                    where
                        posting.event_due_date = any(open_dates)
                        and posting.event_due_date >= oldest
                        and posting.event_due_date < for_due_date
                )
            )
        group by event.client_plan_id, event.package_id, event.reference_month
    ),

    of_due_date as (
        select of_its_month.*
        from billing.owed(billing.month_of(for_due_date), for_due_date, for_due_date) as of_its_month
        union all
        select of_month_before.*
        from billing.owed(billing.month_before(for_due_date), for_due_date, for_due_date) as of_month_before
    ),

    moved as materialized (
        select
            charged.client_plan_id,
            charged.reference_month
        from charged
        where
            charged.of_its_month
            and (charged.client_plan_id, charged.reference_month) not in (
                select
                    of_due_date.client_plan_id,
                    of_due_date.reference_month
                from of_due_date
            )
    ),

    left_uncharged as materialized (
        select
            left_uncharged.client_package_id,
            charged.reference_month
        from (select distinct charged.reference_month from charged) as charged
        cross join lateral billing.left_uncharged(charged.reference_month) as left_uncharged
    ),

    owed as (
        select
            owed.client_plan_id,
            owed.package_id,
            owed.client_package_id,
            owed.reference_month,
            owed.exclusion,
            sum(owed.amount) filter (
                where
                owed.exclusion is null
                and (owed.client_package_id, owed.reference_month) not in (
                    select
                        left_uncharged.client_package_id,
                        left_uncharged.reference_month
                    from left_uncharged
                )
            ) over (
                partition by owed.client_plan_id, owed.package_id, owed.reference_month
            ) as amount
        from (
            select of_due_date.*
            from of_due_date
            union all
            select of_older.*
            from (
                select
                    charged.reference_month,
                    array_agg(distinct charged.client_plan_id) as client_plans
                from charged
                where not charged.of_its_month
                group by charged.reference_month
            ) as older
            cross join
                lateral (
                    select as_charged.*
                    from billing.owed_as_charged(older.reference_month, older.client_plans) as as_charged
                ) as of_older
            union all
            select of_moved.*
            from billing.owed(billing.month_of(for_due_date), null, null) as of_moved
            where
                (select count(*) from moved) > 0
                and (of_moved.client_plan_id, of_moved.reference_month) in (
                    select
                        moved.client_plan_id,
                        moved.reference_month
                    from moved
                )
            union all
            select of_moved_before.*
            from billing.owed(billing.month_before(for_due_date), null, null) as of_moved_before
            where
                (select count(*) from moved) > 0
                and (of_moved_before.client_plan_id, of_moved_before.reference_month) in (
                    select
                        moved.client_plan_id,
                        moved.reference_month
                    from moved
                )
        ) as owed
    ),

    excess as (
        select distinct on (charged.client_plan_id, charged.package_id, charged.reference_month)
            charged.client_plan_id,
            charged.package_id,
            charged.reference_month,
            charged.adjusts,
            case
                when owed.amount is not null then 'charged_more'
                else coalesce(owed.exclusion, 'not_due')
            end as reason,
            least(
                charged.amount, charged.amount + coalesce(earlier.amount, 0) - coalesce(owed.amount, 0)
            ) as amount
        from charged
        left join earlier
            on
                charged.client_plan_id = earlier.client_plan_id
                and charged.package_id = earlier.package_id
                and charged.reference_month = earlier.reference_month
        left join owed
            on
                charged.client_plan_id = owed.client_plan_id
                and charged.package_id = owed.package_id
                and charged.reference_month = owed.reference_month
        where charged.amount > 0 and charged.amount + coalesce(earlier.amount, 0) > coalesce(owed.amount, 0)
        order by
            charged.client_plan_id, charged.package_id, charged.reference_month,
            charged.client_package_id is distinct from owed.client_package_id
    )

    select
        excess.client_plan_id,
        excess.package_id,
        excess.reference_month,
        excess.amount,
        excess.reason,
        excess.adjusts
    from excess;
end
$$;
