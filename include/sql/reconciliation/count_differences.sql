-- In: plan. Out: how many differences are explained by a rejected operation, and how many are not.
select
    count(difference.rejected_because) as explained,
    count(*) - count(difference.rejected_because) as unexplained
from reconciliation.difference
where difference.plan_id = :plan
