-- In: service_plan_id, at_most. Records that what each client plan of this service plan is to have on the platform has
-- changed. Nothing if they are more than at_most: a full run reads so many faster.
with concerned as materialized (
    select distinct plan.id
    from erp.client_plan as plan
    where plan.service_plan_id = :service_plan_id and plan.id > 0
),

counted as (
    select count(*) as client_plans
    from concerned
)

insert into reconciliation.pending_change (client_plan_id, reason)
select
    concerned.id,
    'service_plan'
from concerned
cross join counted
where counted.client_plans <= :at_most
