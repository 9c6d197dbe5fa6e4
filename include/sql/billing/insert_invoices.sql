-- In: due_date. Makes the invoice of each billable client plan that is due and has none.
insert into finance.invoice (client_plan_id, due_date)
select
    plan.id,
    :due_date
from billing.due_client_plan(:due_date) as plan
where
    plan.exclusion is null
    and not exists (
        select 1
        from finance.invoice as invoice
        where invoice.client_plan_id = plan.id and invoice.due_date = :due_date
    )
