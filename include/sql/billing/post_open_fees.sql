-- In: due_date; month (its first day), an older one, which finance.open_fee_month opened. Posts the plan fee that
-- client plans which are due owe for the month on their open invoices of the due date, if the policy of the month bills
-- open months; with a row in billing.carried_fee for each. A fee that is posted already, on whichever invoice, is left
-- out.
with posted as (
    insert into pg_temp.incoming_posting_of_plans (invoice_id, kind, amount, fee_client_plan_id, fee_month)
    select
        invoice.id,
        'plan',
        open.owed,
        open.client_plan_id,
        open.reference_month
    from billing.open_month as open
    inner join billing.due_client_plan(:due_date) as plan on open.client_plan_id = plan.id
    inner join finance.invoice as invoice on plan.id = invoice.client_plan_id and invoice.due_date = :due_date
    inner join billing.policy_of(:month) as of_plan on open.service_plan_id = of_plan.service_plan_id
    inner join billing.policy on of_plan.policy_id = policy.id
    where
        open.package_id = 0
        and open.reference_month = :month
        and plan.exclusion is null
        and invoice.status = 'open'
        and policy.bills_open_months
        and not exists (
            select
            from finance.posting_of_plans as fee
            where fee.fee_client_plan_id = open.client_plan_id and fee.fee_month = :month
        )
    returning id, invoice_id, amount, fee_client_plan_id, fee_month
)

insert into billing.carried_fee (client_plan_id, fee_month, invoice_id, posting_id, amount)
select
    posted.fee_client_plan_id,
    posted.fee_month,
    posted.invoice_id,
    posted.id,
    posted.amount
from posted
