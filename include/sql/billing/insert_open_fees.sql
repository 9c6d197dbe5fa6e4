-- In: month (its first day), today (the ISP's business date). Adds the client plans that were active on the month's
-- billing day and have no plan fee of the month, although their due day has passed; with package 0. Only of months that
-- our standard billing billed, and not what a person waived.
insert into billing.open_month (client_plan_id, package_id, reference_month, owed, charged, service_plan_id)
with contract as (
    select
        plan.id,
        plan.service_plan_id,
        plan.status,
        plan.activated_on,
        plan.cancelled_on,
        billing.day_in(:month, plan.due_day) as billing_day
    from billing.due_client_plan(null) as plan
    where
        plan.parked is null
        and plan.id not in (select changed.id from billing.changed_client_plan(:month) as changed)
    union all
    select
        changed.id,
        changed.service_plan_id,
        changed.status,
        changed.activated_on,
        changed.cancelled_on,
        changed.billing_day
    from billing.changed_contract(:month, null) as changed
    where changed.parked is null and changed.since <= changed.billing_day and changed.until > changed.billing_day
)

select
    contract.id,
    0,
    :month,
    coalesce(past.monthly_price, service_plan.monthly_price),
    0,
    contract.service_plan_id
from contract
inner join billing.service_plan() as service_plan on contract.service_plan_id = service_plan.id
left join billing.due_client_plan(null) as plan on contract.id = plan.id
-- Of one that the ERP does not show any more.
left join history.client_plan as last
    on plan.id is null and contract.id = last.client_plan_id and last.until = 'infinity'
left join history.service_plan as past
    on
        contract.service_plan_id = past.service_plan_id
        and contract.billing_day >= past.since
        and contract.billing_day < past.until
where
    contract.status = 'active'
    and contract.activated_on <= contract.billing_day
    and (contract.cancelled_on is null or contract.cancelled_on > contract.billing_day)
    and coalesce(past.monthly_price, service_plan.monthly_price) > 0
    and billing.day_in(:month, coalesce(plan.due_day, last.due_day)) < :today
    and not exists (
        select
        from finance.posting_of_plans as fee
        where fee.fee_client_plan_id = contract.id and fee.fee_month = :month
    )
    and not exists (
        select
        from billing.waived_month as waived
        where waived.client_plan_id = contract.id and waived.package_id = 0 and waived.reference_month = :month
    )
    and exists (
        select
        from billing.run as run
        where
            run.kind = 'standard'
            and run.status = 'closed'
            and run.due_date >= :month
            and run.due_date < cast(:month as date) + interval '1 month'
    )
on conflict do nothing
