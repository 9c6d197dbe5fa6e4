-- In: due_days, the ISP's. Out: the due days that no schedule bills and that active contracts with extras have, with
-- what is sold to these in reais a month.
select
    '' as key,
    jsonb_build_object(
        'due_days', (array_agg(distinct plan.due_day order by plan.due_day))
    ) as parameters,
    count(distinct plan.id) as client_plans,
    coalesce(sum(coalesce(sale.price, package.price)), 0) as amount
from erp.client_plan as plan
inner join tv.client_package as sale on plan.id = sale.client_plan_id and sale.cancelled_on is null
inner join tv.package on sale.package_id = package.id
where plan.status = 'active' and plan.due_day between 1 and 31 and plan.due_day <> all(cast(:due_days as integer[]))
having count(*) > 0
