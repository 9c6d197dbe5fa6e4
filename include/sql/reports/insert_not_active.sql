-- In: change_set, today, since and until (the due dates of all charges; until is excluded); the temporary tables
-- unserved, suspect and concerned. Inserts what is sold but not active, and what is billed but not active: a charge of
-- an extra that the platform does not serve, although the client plan should be served and the sale did not end.
-- Not a discrepancy: a sale or contract that ended after the day for which it was charged; a contract that is suspended
-- or no longer has TV; and a pending charge of what ended before that day, which settlement voids (a processed one is a
-- discrepancy). The reason comes from the change set's operations, or else from the platform's subscriber.
insert into reports.discrepancy (change_set_id, kind, client_plan_id, package_id, amount, reason, parameters)
with charge as (
    select
        suspect.client_plan_id,
        suspect.package_id,
        suspect.event_id,
        suspect.due_date,
        suspect.amount,
        suspect.sold_on,
        concerned.status_wanted = 'ACTIVE' as to_serve,
        least(sold.cancelled_on, suspect.contract_cancelled_on) as ended_on,
        sold.cancelled_on as sale_ended_on,
        suspect.contract_cancelled_on as contract_ended_on
    from suspect
    inner join tv.client_package as sold on suspect.client_package_id = sold.id
    inner join concerned on suspect.client_plan_id = concerned.client_plan_id
    where suspect.event_id is not null and sold.added_on <= cast(:today as date)
),

missing as (
    select
        'sold_not_active' as kind,
        unserved.client_plan_id,
        unserved.package_id,
        unserved.amount,
        cast(null as date) as sale_ended_on,
        cast(null as date) as contract_ended_on
    from unserved
    union all
    select
        'billed_not_active' as kind,
        charge.client_plan_id,
        charge.package_id,
        sum(charge.amount) as amount,
        max(charge.sale_ended_on) filter (where charge.sale_ended_on <= charge.sold_on) as sale_ended_on,
        max(charge.contract_ended_on) filter (where charge.contract_ended_on <= charge.sold_on) as contract_ended_on
    from charge
    where
        case
            when charge.ended_on <= charge.sold_on
                then exists (
                    select 1
                    from finance.posting
                    where
                        posting.event_due_date = charge.due_date
                        and posting.event_due_date >= cast(:since as date)
                        and posting.event_due_date < cast(:until as date)
                        and posting.id = charge.event_id
                )
            when charge.ended_on <= cast(:today as date) then false
            else charge.to_serve
        end
    group by charge.client_plan_id, charge.package_id
),

-- What the change set left undone for a client plan, and why: its subscriber (no target), or a service.
undone as (
    select
        operation.client_plan_id,
        operation.target,
        coalesce(max(operation.outcome_code), 'not_approved') as reason
    from reconciliation.operation as operation
    where
        operation.change_set_id = :change_set
        and operation.status in ('planned', 'rejected')
        and operation.action in ('create', 'resume', 'add_service')
    group by operation.client_plan_id, operation.target
)

select
    :change_set,
    missing.kind,
    missing.client_plan_id,
    missing.package_id,
    missing.amount,
    case
        when missing.sale_ended_on is not null then 'package_ended_before'
        when missing.contract_ended_on is not null then 'contract_ended_before'
        when not package.active then 'package_deactivated'
        when coalesce(subscriber.reason, service.reason) is not null then coalesce(subscriber.reason, service.reason)
        when not package.platform_uid = any(concerned.services_wanted) then 'sold_lately'
        when concerned.status is null and exists (
            select 1
            from reconciliation.parked_subscriber as parked
            where parked.change_set_id = :change_set and parked.client_plan_id = missing.client_plan_id
        ) then 'subscriber_is_parked'
        when concerned.status is null then 'no_subscriber'
        when concerned.status = 'SUSPENDED' then 'subscriber_suspended'
        when concerned.status = 'INACTIVE' then 'subscriber_inactive'
        else 'service_missing'
    end as reason,
    case
        when missing.sale_ended_on is not null then jsonb_build_object('ended_on', missing.sale_ended_on)
        when missing.contract_ended_on is not null then jsonb_build_object('ended_on', missing.contract_ended_on)
        else '{}'
    end as parameters
from missing
inner join tv.package as package on missing.package_id = package.id
inner join concerned on missing.client_plan_id = concerned.client_plan_id
left join undone as subscriber on missing.client_plan_id = subscriber.client_plan_id and subscriber.target is null
left join undone as service
    on missing.client_plan_id = service.client_plan_id and package.platform_uid = service.target
where (concerned.status = 'ACTIVE' and package.platform_uid = any(concerned.services)) is not true
