-- In: due_date. Posts the monthly price of the plan on each open invoice of the due date. A plan without a price has no
-- posting, but its invoice can have TV extras. A client plan that has its fee of this month already, on this invoice or
-- on one of another due date, is left out; fees_posted_before.sql names the latter. So is one whose fee was waived.
insert into pg_temp.incoming_posting_of_plans (invoice_id, kind, amount, fee_client_plan_id, fee_month)
select
    invoice.id,
    'plan',
    service_plan.monthly_price,
    invoice.client_plan_id,
    cast(date_trunc('month', cast(:due_date as timestamp)) as date)
from billing.due_client_plan(:due_date) as plan
inner join finance.invoice as invoice on plan.id = invoice.client_plan_id and invoice.due_date = :due_date
inner join billing.service_plan() as service_plan on plan.service_plan_id = service_plan.id
where
    plan.exclusion is null
    and invoice.status = 'open'
    and service_plan.monthly_price > 0
    and not exists (
        select
        from finance.posting_of_plans as posted
        where
            posted.fee_client_plan_id = plan.id
            and posted.fee_month = cast(date_trunc('month', cast(:due_date as timestamp)) as date)
    )
    and plan.id not in (
        select waived.client_plan_id
        from billing.waived_month as waived
        where
            waived.package_id = 0
            and waived.reference_month = cast(date_trunc('month', cast(:due_date as timestamp)) as date)
    )
