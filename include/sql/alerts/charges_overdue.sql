-- Out: the charges that are pending past their due dates, as tv_dashboard counted them last.
select
    '' as key,
    jsonb_build_object(
        'first', min(item.due_date),
        'dates', count(*),
        'charges', sum(item.items)
    ) as parameters,
    sum(item.client_plans) as client_plans,
    sum(item.amount) as amount
from reports.open_item as item
where item.kind = 'overdue_charges'
having count(*) > 0
