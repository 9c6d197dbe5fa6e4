-- In: change_set, today; due_days, due_dates, runs (the last due date of each due day and its TV billing run, lists of
-- the same length); the temporary tables suspect and concerned. Inserts what is active but not billed: an extra that
-- the platform serves without a charge of the month, and that either is not sold (and is not the plan's own package),
-- or was sold on the client plan's last due date, as its policy counts it.
-- Not a discrepancy: what is free; what was sold, or whose contract began, after that due date; and what was not
-- charged for a reason that makes none (billing.exclusion_reason). For the others the exclusion gives the reason.
insert into reports.discrepancy (change_set_id, kind, client_plan_id, package_id, amount, reason, parameters)
with last_due as (
    select *
    from
        unnest(
            cast(:due_days as integer[]), cast(:due_dates as date[]), cast(:runs as bigint[])
        ) as last_due (due_day, due_date, run_id)
),

policy as (
    -- Where a plan changed from arrears to advance, its due date bills two months: the later one counts.
    select distinct on (due.due_date, policy.service_plan_id)
        due.due_date,
        policy.service_plan_id,
        case
            when policy.daily then billed.month
            when policy.arrears then cast(billed.month + interval '1 month' as date) - 1
            else due.due_date
        end as opening,
        case
            when policy.daily or policy.arrears then cast(billed.month + interval '1 month' as date)
            else due.due_date + 1
        end as closing
    from (select distinct last_due.due_date from last_due) as due
    cross join
        lateral (
            values
            (billing.month_of(due.due_date), false),
            (billing.month_before(due.due_date), true)
        ) as billed (month, arrears)
    inner join lateral billing.policy_of(billed.month) as policy on billed.arrears = policy.arrears
    order by due.due_date asc, policy.service_plan_id asc, billed.month desc
),

active as (
    select
        suspect.client_plan_id,
        suspect.package_id,
        contract.service_plan_id,
        contract.activated_on,
        last_due.due_date,
        last_due.run_id,
        -- Without a policy the plan has no TV, and the manual's rule serves.
        coalesce(policy.opening, last_due.due_date) as opening,
        coalesce(policy.closing, last_due.due_date + 1) as closing
    from suspect
    inner join erp.client_plan as contract on suspect.client_plan_id = contract.id
    left join last_due on contract.due_day = last_due.due_day
    left join policy
        on last_due.due_date = policy.due_date and contract.service_plan_id = policy.service_plan_id
    where suspect.event_id is null
),

-- Of several sales of the package, the one that the due date should have charged; else today's; else the last.
sale as (
    select distinct on (active.client_plan_id, active.package_id)
        active.*,
        sold.id as client_package_id,
        sold.price,
        sold.cancelled_on,
        bool_or(
            sold.added_on <= cast(:today as date)
            and (sold.cancelled_on is null or sold.cancelled_on > cast(:today as date))
        ) over (partition by active.client_plan_id, active.package_id) is true as is_sold,
        (
            sold.added_on <= active.due_date
            and sold.added_on < active.closing
            and (sold.cancelled_on is null or sold.cancelled_on > active.opening)
            and (active.activated_on is null or active.activated_on < active.closing)
        ) is true as was_due
    from active
    left join tv.client_package as sold
        on active.client_plan_id = sold.client_plan_id and active.package_id = sold.package_id
    order by active.client_plan_id asc, active.package_id asc, was_due desc, sold.added_on desc nulls last
),

excluded as (
    select
        exclusion.run_id,
        exclusion.client_package_id,
        exclusion.reason,
        reason.if_served
    from billing.exclusion as exclusion
    inner join billing.exclusion_reason as reason on exclusion.reason = reason.code
    where exclusion.run_id = any(cast(:runs as bigint[]))
),

found as (
    select
        sale.client_plan_id,
        sale.package_id,
        sale.cancelled_on,
        sale.due_date,
        coalesce(sale.price, package.price, 0) as amount,
        coalesce(
            excluded.reason, case when coalesce(sale.price, package.price) is null then 'no_price' end
        ) as exclusion,
        case
            when sale.is_sold then 'sold'
            when sale.cancelled_on <= cast(:today as date) then 'ended'
            else 'unsold'
        end as state
    from sale
    inner join tv.package as package on sale.package_id = package.id
    left join tv.service_plan_setting as setting on sale.service_plan_id = setting.service_plan_id
    inner join concerned on sale.client_plan_id = concerned.client_plan_id
    left join excluded on sale.run_id = excluded.run_id and sale.client_package_id = excluded.client_package_id
    where
        coalesce(sale.price, package.price) is distinct from 0
        and case
            when not sale.is_sold then setting.package_id is distinct from sale.package_id
            when not sale.was_due then false
            when excluded.if_served = 'fine' then false
            when excluded.if_served = 'discrepancy_unless_in_force'
                then concerned.status_wanted is distinct from 'ACTIVE'
            else true
        end
)

select
    :change_set,
    'active_not_billed',
    found.client_plan_id,
    found.package_id,
    found.amount,
    case
        when found.state = 'ended' then 'not_sold_since'
        when found.state = 'unsold' then 'not_sold'
        when found.exclusion is not null then 'excluded'
        else 'not_on_list'
    end as reason,
    case
        when found.state = 'ended' then jsonb_build_object('since', found.cancelled_on)
        when found.state = 'unsold' then '{}'
        when found.exclusion is not null then jsonb_build_object('exclusion', found.exclusion)
        else jsonb_build_object('due_date', found.due_date)
    end as parameters
from found
