-- In: due_date. Posts the monthly price of the plan on each open invoice of the due date. A plan without a price has
-- nothing to post, but its invoice can carry TV extras. The conflict that is passed over is the plan posted already.
insert into finance.posting (invoice_id, kind, amount)
select
    invoice.id,
    'plan',
    service_plan.monthly_price
from billing.due_client_plan(:due_date) as plan
inner join finance.invoice as invoice on plan.id = invoice.client_plan_id and invoice.due_date = :due_date
inner join erp.service_plan as service_plan on plan.service_plan_id = service_plan.id
where plan.exclusion is null and invoice.status = 'open' and service_plan.monthly_price > 0
on conflict (invoice_id, event_due_date) where kind = 'plan' do nothing
