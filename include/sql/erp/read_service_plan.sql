-- In: service_plan_id. Out: its id, if the ERP has it.
select plan.id
from erp.service_plan as plan
where plan.id = :service_plan_id
