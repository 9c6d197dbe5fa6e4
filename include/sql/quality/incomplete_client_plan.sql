-- Out: each client plan without a status, or active without a first day, in the ERP: it is not billed.
select
    'client plan ' || coalesce(cast(plan.id as text), 'without an id')
    || ' has status ' || coalesce(plan.status, 'null')
    || ' and first day ' || coalesce(cast(plan.activated_on as text), 'null') as offender
from erp.client_plan as plan
where plan.status is null or (plan.status = 'active' and plan.activated_on is null)
