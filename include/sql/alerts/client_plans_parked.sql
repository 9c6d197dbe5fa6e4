-- Out: the contracts whose rows in the ERP reconciliations cannot rely on, by reason, with what is sold
-- as extras to them in reais a month.
with parked as (
    select
        parked.reason,
        parked.client_plan_id
    from reconciliation.parked_client_plan as parked
),

sold as (
    select
        sale.client_plan_id,
        sum(coalesce(sale.price, package.price, 0)) as amount
    from tv.client_package as sale
    inner join tv.package on sale.package_id = package.id
    where
        sale.cancelled_on is null
        and sale.client_plan_id in (select parked.client_plan_id from parked)
    group by sale.client_plan_id
)

select
    parked.reason as key,
    jsonb_build_object('reason', parked.reason) as parameters,
    count(*) as client_plans,
    coalesce(sum(sold.amount), 0) as amount
from parked
left join sold on parked.client_plan_id = sold.client_plan_id
group by parked.reason
