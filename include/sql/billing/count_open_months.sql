-- Out: a row for each month that is open, the oldest first: how many packages of how many client plans, and what they
-- owe beyond what was charged, in reais.
select
    open.reference_month,
    count(distinct open.client_plan_id) as client_plans,
    count(*) as packages,
    sum(open.owed - open.charged) as amount
from billing.open_month as open
group by open.reference_month
order by open.reference_month
