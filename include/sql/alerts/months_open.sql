-- Out: what contracts owe for months that nobody charged, as the sweep found it last.
select
    '' as key,
    jsonb_build_object(
        'first', min(month.reference_month),
        'last', max(month.reference_month),
        'months', count(distinct month.reference_month)
    ) as parameters,
    count(distinct month.client_plan_id) as client_plans,
    sum(month.owed - month.charged) as amount
from billing.open_month as month
having count(*) > 0
