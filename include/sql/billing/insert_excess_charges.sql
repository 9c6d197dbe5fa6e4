-- In: due_date. Adds what its processed charges are more than what the month owes: a row for each package of a client
-- plan, with the charges.
insert into billing.excess_charge (
    due_date, client_plan_id, package_id, reference_month, amount, reason, adjusts, event_ids
)
select
    :due_date,
    excess.client_plan_id,
    excess.package_id,
    excess.reference_month,
    excess.amount,
    excess.reason,
    excess.adjusts,
    array_agg(event.id order by event.id) as event_ids
from billing.excess(:due_date) as excess
inner join billing.processed_charge(:due_date) as event
    on
        excess.client_plan_id = event.client_plan_id
        and excess.package_id = event.package_id
        and excess.reference_month = event.reference_month
group by
    excess.client_plan_id, excess.package_id, excess.reference_month, excess.amount, excess.reason, excess.adjusts
