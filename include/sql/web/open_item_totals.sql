-- Out: what is pending, in numbers, as it was counted last: by kind, and by due date, month and reason where it has
-- them.
select
    total.kind,
    total.due_date,
    total.reference_month,
    total.reason,
    total.client_plans,
    total.items,
    total.fees,
    total.amount
from reports.open_item as total
order by total.kind, total.due_date, total.reference_month, total.reason
