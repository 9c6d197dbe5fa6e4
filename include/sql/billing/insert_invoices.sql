-- In: due_date. Makes the invoice of each billable client plan that is due. The conflict that is passed over is the
-- invoice itself, which the ERP may have made before.
insert into finance.invoice (client_plan_id, due_date)
select
    plan.id,
    :due_date
from billing.due_client_plan(:due_date) as plan
where plan.exclusion is null
on conflict (client_plan_id, due_date) do nothing
