-- In: plan. Out: how many client plans the platform should have served when a plan for all was last verified before
-- this one; no row if none was.
select earlier.desired
from reconciliation.plan as earlier
where earlier.id < :plan and earlier.status = 'verified' and earlier.only_client_plan_id is null
order by earlier.id desc
limit 1
