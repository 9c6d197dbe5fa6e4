-- Out: the drift by kind, in client plans and reais a month; no rows if it was never measured.
select
    drift.kind,
    drift.client_plans,
    drift.amount
from dashboard.drift as drift
order by array_position(array['sold_not_active', 'active_not_billed', 'billed_not_active'], drift.kind)
