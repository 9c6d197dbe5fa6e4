-- In: due_days, the ISP's. Out: each due day of active client plans with TV extras that no schedule serves, with how
-- many they are and what they owe a month by the prices of today: they are never billed unless a person does.
select
    case
        when plan.due_day between 1 and 31 then 'due day ' || plan.due_day || ' is not in MULTITV_DUE_DAYS'
        else 'due day ' || coalesce(cast(plan.due_day as text), 'null') || ' does not exist'
    end
    || ': ' || count(distinct plan.client_id) || ' clients with ' || count(*) || ' TV extras, R$ '
    || sum(coalesce(sold.price, package.price, 0)) || ' a month'
        as offender
from tv.client_package as sold
inner join erp.client_plan as plan on sold.client_plan_id = plan.id
inner join tv.package as package on sold.package_id = package.id
where
    sold.cancelled_on is null
    and plan.status = 'active'
    and (plan.due_day is null or plan.due_day <> all(:due_days))
group by plan.due_day
order by sum(coalesce(sold.price, package.price, 0)) desc, plan.due_day
