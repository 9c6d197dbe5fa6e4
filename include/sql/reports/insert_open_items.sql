-- Counts the credits that wait for an invoice, the payouts to be made, the open months by month, and what was charged
-- beyond what is owed by due date and reason.
insert into reports.open_item (kind, due_date, reference_month, reason, client_plans, items, fees, amount)
select
    'waiting_credits',
    cast(null as date),
    cast(null as date),
    cast(null as text),
    count(distinct credit.client_plan_id),
    count(*),
    0,
    sum(credit.rest)
from billing.credit
where credit.rest > 0
having count(*) > 0
union all
select
    'payouts',
    null,
    null,
    null,
    count(distinct payout.client_plan_id),
    count(*),
    0,
    sum(payout.amount)
from billing.payout
where payout.paid_at is null and payout.withdrawn_at is null
having count(*) > 0
union all
select
    'open_months',
    null,
    open.reference_month,
    null,
    count(distinct open.client_plan_id),
    count(*),
    count(*) filter (where open.package_id = 0),
    sum(open.owed - open.charged)
from billing.open_month as open
group by open.reference_month
union all
select
    'excess_charges',
    excess.due_date,
    null,
    excess.reason,
    count(distinct excess.client_plan_id),
    count(*),
    0,
    sum(excess.amount)
from billing.excess_charge as excess
group by excess.due_date, excess.reason
