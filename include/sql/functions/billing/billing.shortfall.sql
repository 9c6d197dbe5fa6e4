-- In: for_due_date. Out: each package of a client plan that owes more for a month that the due date bills than all due
-- dates charged for it, as it was judged on the due date: how much is owed and was charged, in reais. In full only if
-- it was charged, and not by another due date on which the client plan was due. What a person took back is not owed.
create or replace function billing.shortfall(for_due_date date)
returns table (
    client_plan_id bigint,
    package_id bigint,
    reference_month date,
    owed numeric,
    charged numeric,
    adjusts boolean
)
language sql stable
as $$
    with owed as (
        select
            part.client_plan_id,
            part.package_id,
            part.reference_month,
            sum(part.amount) as amount,
            bool_or(part.days is not null) as by_days,
            max(part.policy_id) as policy_id
        from (
            select of_its_month.*
            from billing.owed(billing.month_of(for_due_date), for_due_date, for_due_date) as of_its_month
            union all
            select in_arrears.*
            from billing.due_in_arrears(for_due_date) as in_arrears
        ) as part
        where
            part.exclusion is null
            and part.reference_month >= (select billing.go_live())
            and (part.client_package_id, part.reference_month) not in (
                select
                    taken_back.client_package_id,
                    taken_back.reference_month
                from billing.taken_back(for_due_date) as taken_back
                where not taken_back.rebill
            )
        group by part.client_plan_id, part.package_id, part.reference_month
    ),

    charged as (
        select
            event.client_plan_id,
            event.package_id,
            event.reference_month,
            sum(event.amount + coalesce(adjusted.amount, 0)) as amount,
            min(event.due_date) filter (
                where billing.in_full(event.days, event.segment, event.amount + coalesce(adjusted.amount, 0))
            ) as in_full_on
        from billing.event_record as event
        left join billing.adjusted as adjusted on event.id = adjusted.charge_id and event.due_date = adjusted.due_date
        where
            event.due_date >= billing.charging_since(for_due_date)
            and event.due_date < billing.charging_until(for_due_date)
            and event.reference_month >= billing.month_before(for_due_date)
            and event.reference_month <= for_due_date
            and event.kind = 'charge'
            and event.cancelled_at is null
            and not event.reversed
        group by event.client_plan_id, event.package_id, event.reference_month
    )

    select
        owed.client_plan_id,
        owed.package_id,
        owed.reference_month,
        owed.amount,
        coalesce(charged.amount, 0),
        coalesce(policy.adjusts, false)
    from owed
    left join charged
        on
            owed.client_plan_id = charged.client_plan_id
            and owed.package_id = charged.package_id
            and owed.reference_month = charged.reference_month
    left join billing.policy on owed.policy_id = policy.id
    where
        owed.amount > coalesce(charged.amount, 0)
        and (
            owed.by_days
            or charged.in_full_on = for_due_date
            -- As billing.owed_as_charged.
            or (charged.amount is not null and charged.in_full_on is null)
            or not billing.due_on(owed.client_plan_id, charged.in_full_on)
        )
$$;
