-- In: due_date. Makes the invoice of each billable client plan that is due. A conflict is the same invoice, which the
-- ERP or an earlier run made.
insert into finance.invoice (client_plan_id, due_date)
select
    plan.id,
    :due_date
from billing.due_client_plan(:due_date) as plan
where plan.exclusion is null
on conflict (client_plan_id, due_date) do nothing
