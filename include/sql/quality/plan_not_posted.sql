-- In: due_date. Out: each invoice of the due date whose plan was not posted although it costs something, if the standard
-- billing of the due date is closed.
select
    'invoice ' || invoice.id || ' of client plan ' || invoice.client_plan_id || ' lacks the posting of its plan'
        as offender
from billing.run as run
inner join finance.invoice as invoice on run.due_date = invoice.due_date
inner join erp.client_plan as plan on invoice.client_plan_id = plan.id
inner join erp.service_plan as service_plan on plan.service_plan_id = service_plan.id
where
    run.kind = 'standard'
    and run.due_date = :due_date
    and run.status = 'closed'
    and invoice.status = 'open'
    and service_plan.monthly_price > 0
    and not exists (
        select 1
        from finance.posting as posting
        where posting.invoice_id = invoice.id and posting.kind = 'plan'
    )
