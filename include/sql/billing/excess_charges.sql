-- In: due_date. Out: what its processed charges are more than what the month owes, as it was on the due date, or on
-- the billing day of a client plan whose due day moved before it: a row for each reason with the number of packages
-- of client plans, and the sum of the excess in reais. A processed event never changes, so a person decides whether
-- to reverse it. Open months that the due date charged are not compared.
with charged as (
    select
        event.client_plan_id,
        event.package_id,
        event.reference_month,
        min(event.client_package_id) as client_package_id,
        sum(event.amount) as amount
    from billing.processed_charge(:due_date) as event
    left join billing.policy as policy on event.policy_id = policy.id
    where
        event.reference_month = case policy.timing
            when 'arrears' then billing.month_of(billing.month_of(:due_date) - 1)
            else billing.month_of(:due_date)
        end
        -- A row of the ERP that is wrong is no reason to give anything back.
        and event.client_plan_id not in (
            select parked.id
            from billing.parked_client_plan(:due_date) as parked
        )
    group by event.client_plan_id, event.package_id, event.reference_month
),

of_due_date as (
    select of_its_month.*
    from billing.owed(billing.month_of(:due_date), :due_date, :due_date) as of_its_month
    union all
    select of_month_before.*
    from billing.owed(billing.month_of(billing.month_of(:due_date) - 1), :due_date, :due_date) as of_month_before
),

moved as materialized (
    select
        charged.client_plan_id,
        charged.reference_month
    from charged
    where
        (charged.client_plan_id, charged.reference_month) not in (
            select
                of_due_date.client_plan_id,
                of_due_date.reference_month
            from of_due_date
        )
),

owed as (
    select
        owed.client_plan_id,
        owed.package_id,
        owed.client_package_id,
        owed.reference_month,
        owed.exclusion,
        sum(owed.amount) filter (where owed.exclusion is null) over (
            partition by owed.client_plan_id, owed.package_id, owed.reference_month
        ) as amount
    from (
        select of_due_date.*
        from of_due_date
        union all
        select of_moved.*
        from billing.owed(billing.month_of(:due_date), null, null) as of_moved
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
        from billing.owed(billing.month_of(billing.month_of(:due_date) - 1), null, null) as of_moved_before
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
        case
            when owed.amount is not null then 'charged_more'
            else coalesce(owed.exclusion, 'not_due')
        end as reason,
        charged.amount - coalesce(owed.amount, 0) as amount
    from charged
    left join owed
        on
            charged.client_plan_id = owed.client_plan_id
            and charged.package_id = owed.package_id
            and charged.reference_month = owed.reference_month
    where charged.amount > coalesce(owed.amount, 0)
    order by
        charged.client_plan_id, charged.package_id, charged.reference_month,
        charged.client_package_id is distinct from owed.client_package_id
)

select
    excess.reason,
    count(*) as events,
    sum(excess.amount) as amount
from excess
group by excess.reason
order by excess.reason
