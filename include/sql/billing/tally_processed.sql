-- In: due_date. Makes the temporary table processed: the due date's processed charges by service plan, with their
-- number, their sum and the highest in reais, and their part of the list's digest. candidates: those of whole months.
create temporary table processed on commit drop as
select
    event.service_plan_id,
    count(*) as charges,
    count(*) filter (where event.days is null) as candidates,
    sum(event.amount) as amount,
    max(event.amount) as greatest,
    sum(
        hash_record_extended(
            row(
                event.client_plan_id, event.service_plan_id, event.client_package_id, event.reference_month,
                event.amount, cast(null as text)
            ), 0
        )
    ) as digest
from billing.processed_charge(:due_date) as event
group by event.service_plan_id
