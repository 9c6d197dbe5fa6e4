-- In: today. Counts the client plans that have each package today: active contracts whose service plan allows TV, with
-- its default package (included, at no price of its own) and with the extras sold on top, with their prices a month.
insert into reports.package_clients (package_id, kind, client_plans, amount)
with contract as (
    select
        plan.id,
        setting.package_id
    from erp.client_plan as plan
    inner join tv.service_plan_setting as setting on plan.service_plan_id = setting.service_plan_id
    where
        setting.allows_tv
        and plan.status = 'active'
        and plan.activated_on <= cast(:today as date)
        and (plan.cancelled_on is null or plan.cancelled_on > cast(:today as date))
)

select
    contract.package_id,
    'included' as kind,
    count(*) as client_plans,
    0 as amount
from contract
where contract.package_id is not null
group by contract.package_id
union all
select
    sold.package_id,
    'extra' as kind,
    count(*) as client_plans,
    sum(coalesce(sold.price, package.price, 0)) as amount
from contract
inner join tv.client_package as sold on contract.id = sold.client_plan_id
inner join tv.package as package on sold.package_id = package.id
where
    package.extra
    and sold.added_on <= cast(:today as date)
    and (sold.cancelled_on is null or sold.cancelled_on > cast(:today as date))
group by sold.package_id
