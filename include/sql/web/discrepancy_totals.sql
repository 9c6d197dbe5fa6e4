-- Out: the discrepancies by kind, in client plans and reais a month; no rows if they were never measured.
select
    total.kind,
    total.client_plans,
    total.amount
from reports.discrepancy_total as total
order by array_position(array['sold_not_active', 'active_not_billed', 'billed_not_active'], total.kind)
