-- In: month (its first day), today (the ISP's business date). Adds the packages of client plans that owe more for the
-- month than was charged, although the last due date that bills it by itself has passed: nothing was charged, or all of
-- it was given back; or less was charged than they owe, and not in full. What a person took back or waived is not owed,
-- and a parked client plan owes nothing until its row is corrected.
insert into billing.open_month (client_plan_id, package_id, reference_month, owed, charged)
with owed as (
    select
        owed.client_plan_id,
        owed.package_id,
        sum(owed.amount) as amount,
        bool_or(owed.days is not null) as by_days
    from billing.owed(:month, null, null) as owed
    inner join billing.policy on owed.policy_id = policy.id
    left join billing.due_client_plan(null) as plan on owed.client_plan_id = plan.id
    -- Of one that the ERP does not show any more.
    left join history.client_plan as last
        on plan.id is null and owed.client_plan_id = last.client_plan_id and last.until = 'infinity'
    where
        owed.exclusion is null
        and owed.client_package_id not in (
            select taken_back.client_package_id
            from billing.taken_back(:month) as taken_back
            where taken_back.reference_month = :month and not taken_back.rebill
        )
        and billing.day_in(
            case policy.timing
                when 'arrears' then cast(cast(:month as date) + interval '1 month' as date)
                else :month
            end, coalesce(plan.due_day, last.due_day)
        ) < :today
    group by owed.client_plan_id, owed.package_id
),

charged as (
    select
        event.client_plan_id,
        event.package_id,
        sum(event.amount + coalesce(adjusted.amount, 0)) as amount,
        bool_or(
            billing.in_full(event.days, event.segment, event.amount + coalesce(adjusted.amount, 0))
        ) as in_full
    from billing.event_record as event
    left join billing.adjusted as adjusted on event.id = adjusted.charge_id
    where
        event.due_date >= cast(:month as date)
        and event.due_date < billing.charging_until(:month)
        and event.reference_month = :month
        and event.kind = 'charge'
        and event.cancelled_at is null
        and not event.reversed
    group by event.client_plan_id, event.package_id
)

select
    owed.client_plan_id,
    owed.package_id,
    :month,
    owed.amount,
    coalesce(charged.amount, 0)
from owed
left join charged on owed.client_plan_id = charged.client_plan_id and owed.package_id = charged.package_id
where
    charged.amount is null
    or ((owed.by_days or not charged.in_full) and charged.amount < owed.amount)
on conflict do nothing
