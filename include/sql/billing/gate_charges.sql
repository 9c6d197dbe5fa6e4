-- In: due_date. Out: the live charges of the due date, for the gate to check.
select
    event.client_package_id,
    cast(event.reference_month as text) as reference_month,
    event.amount,
    event.price,
    event.policy_id
from billing.live_charge(:due_date) as event
