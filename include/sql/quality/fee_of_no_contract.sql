-- In: due_date. Out: each plan fee on an invoice of the due date whose client plan the ERP does not have, or whose
-- amount is not the monthly price of its service plan today.
select
    'fee of client plan ' || posting.fee_client_plan_id || ' for ' || to_char(posting.fee_month, 'YYYY-MM') || ' is '
    || posting.amount || ', and '
    || coalesce('its service plan costs ' || min(service_plan.monthly_price), 'the ERP has no such contract')
        as offender
from finance.invoice as invoice
inner join finance.posting_of_plans as posting on invoice.id = posting.invoice_id
left join erp.client_plan as plan on posting.fee_client_plan_id = plan.id
left join billing.service_plan() as service_plan on plan.service_plan_id = service_plan.id
where
    invoice.due_date = :due_date
    and posting.fee_month = cast(date_trunc('month', cast(:due_date as timestamp)) as date)
group by posting.id, posting.fee_client_plan_id, posting.fee_month, posting.amount
having coalesce(bool_and(service_plan.monthly_price <> posting.amount), true)
order by posting.fee_client_plan_id
