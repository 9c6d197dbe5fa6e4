-- In: due_date. Out: what a gate judges: the live charges of the due date.
select
    event.client_package_id,
    cast(event.reference_month as text) as reference_month,
    event.amount,
    event.price,
    event.policy_id
from billing.event as event
where
    event.due_date = :due_date
    and event.kind = 'charge'
    and event.live
