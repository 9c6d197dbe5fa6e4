-- In: due_date. Makes the invoice of each billable client plan that is due and has none of the ERP or of an earlier
-- run. Without ON CONFLICT, which looks up each row before it adds it: if somebody adds the same invoice meanwhile, the
-- key raises an error, and the caller tries again.
insert into finance.invoice (client_plan_id, due_date, made_here)
select
    plan.id,
    :due_date,
    true
from billing.due_client_plan(:due_date) as plan
where
    plan.exclusion is null
    and not exists (
        select
        from finance.invoice as made
        where made.client_plan_id = plan.id and made.due_date = :due_date
    )
