-- In: due_date. Out: the older months of which client plans that are due owe the plan fee, the oldest first.
select distinct open.reference_month
from billing.open_month as open
inner join billing.due_client_plan(:due_date) as plan on open.client_plan_id = plan.id
where
    open.package_id = 0
    and open.reference_month < billing.month_of(:due_date)
    and plan.exclusion is null
    and exists (
        select
        from billing.policy
        where policy.bills_open_months
    )
order by open.reference_month
