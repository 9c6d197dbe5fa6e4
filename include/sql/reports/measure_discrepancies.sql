-- Out: revenue assurance as tv_dashboard summed it last, by kind, in client plans and reais a month; no row if it was
-- never measured.
select
    total.kind,
    total.client_plans,
    total.amount
from reports.discrepancy_total as total
order by total.kind
