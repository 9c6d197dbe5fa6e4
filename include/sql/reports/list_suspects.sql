-- In: due_days, due_dates (the last due date of each due day, lists of the same length), since and until (due dates
-- between which their months lie; until is excluded). Creates the temporary table suspect: each extra of a client plan
-- of ours that is either live on the platform or charged, but not both. Charged means a live charge on the client
-- plan's last due date, or on another one of the same month, since a due day may have moved. Each charge comes with
-- the day that it counts by: whoever had the package on that day owes it.
-- A table and not part of the next statement, because PostgreSQL parallelises the join only this way.
create temporary table suspect on commit drop as
with contract as (
    select
        plan.id,
        plan.cancelled_on,
        cast(date_trunc('month', cast(last_due.due_date as timestamp)) as date) as month,
        cast(date_trunc('month', cast(last_due.due_date as timestamp)) + interval '1 month' as date) as next_month
    from erp.client_plan as plan
    inner join
        unnest(cast(:due_days as integer[]), cast(:due_dates as date[])) as last_due (due_day, due_date)
        on plan.due_day = last_due.due_day
    -- Of a row that the ERP repeats nobody could tell which one counts.
    where (plan.id in (select repeated.id from history.repeated_id('erp.client_plan') as repeated)) is not true
),

served as (
    select
        actual.client_plan_id,
        package.id as package_id
    from staging.subscriber as actual
    cross join lateral unnest(actual.services) as service (uid)
    inner join tv.package as package on service.uid = package.platform_uid
    where actual.status = 'ACTIVE' and actual.client_plan_id is not null and package.extra
),

charged as (
    select
        event.id,
        event.client_plan_id,
        event.package_id,
        event.client_package_id,
        event.due_date,
        event.amount,
        contract.cancelled_on,
        case
            when event.days is not null then event.reference_month
            when event.reference_month < contract.month then contract.month - 1
            else event.due_date
        end as sold_on
    from billing.event_record as event
    inner join contract
        on
            event.client_plan_id = contract.id
            and event.due_date >= contract.month
            and event.due_date < contract.next_month
    where
        event.due_date >= cast(:since as date)
        and event.due_date < cast(:until as date)
        and event.kind = 'charge'
        and event.cancelled_at is null
        and not event.reversed
)

select
    coalesce(served.client_plan_id, charged.client_plan_id) as client_plan_id,
    coalesce(served.package_id, charged.package_id) as package_id,
    charged.id as event_id,
    charged.due_date,
    charged.client_package_id,
    charged.amount,
    charged.sold_on,
    charged.cancelled_on as contract_cancelled_on
from served
full join charged on served.client_plan_id = charged.client_plan_id and served.package_id = charged.package_id
where served.client_plan_id is null or charged.client_plan_id is null
