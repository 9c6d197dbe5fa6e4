-- Out: a row for each month that is open, the oldest first: how many packages and plan fees of how many client plans,
-- and what they owe beyond what was charged, in reais; and of how many packages a part was charged, and what is left of
-- these.
select
    open.reference_month,
    count(distinct open.client_plan_id) as client_plans,
    count(*) filter (where open.package_id <> 0) as packages,
    count(*) filter (where open.package_id = 0) as fees,
    sum(open.owed - open.charged) as amount,
    count(*) filter (where open.charged > 0) as in_part,
    coalesce(sum(open.owed - open.charged) filter (where open.charged > 0), 0) as left_of_parts
from billing.open_month as open
group by open.reference_month
order by open.reference_month
