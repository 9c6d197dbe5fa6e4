-- Out: what the platform rejected of the last full reconciliation, by reason, with what is sold as extras to these
-- contracts in reais a month.
with last_full as (
    select reconciliation.last_verified(null) as id
),

rejected as (
    select
        difference.rejected_because as reason,
        difference.client_plan_id
    from reconciliation.difference
    inner join last_full on difference.change_set_id = last_full.id
    where difference.rejected_because is not null
    union
    select
        operation.outcome_code,
        operation.client_plan_id
    from reconciliation.operation
    inner join last_full on operation.change_set_id = last_full.id
    where operation.status = 'rejected'
),

sold as (
    select
        sale.client_plan_id,
        sum(coalesce(sale.price, package.price, 0)) as amount
    from tv.client_package as sale
    inner join tv.package on sale.package_id = package.id
    where
        sale.cancelled_on is null
        and sale.client_plan_id in (select rejected.client_plan_id from rejected)
    group by sale.client_plan_id
)

select
    coalesce(rejected.reason, 'see_detail') as key,
    jsonb_build_object('reason', coalesce(rejected.reason, 'see_detail')) as parameters,
    count(distinct rejected.client_plan_id) as client_plans,
    coalesce(sum(sold.amount), 0) as amount
from rejected
left join sold on rejected.client_plan_id = sold.client_plan_id
group by coalesce(rejected.reason, 'see_detail')
