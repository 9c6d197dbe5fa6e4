-- Out: the discrepancies by kind, in client plans and reais a month; no rows if they were never measured.
select
    discrepancy.kind,
    discrepancy.client_plans,
    discrepancy.amount
from dashboard.discrepancy
order by array_position(array['sold_not_active', 'active_not_billed', 'billed_not_active'], discrepancy.kind)
