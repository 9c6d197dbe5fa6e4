-- In: client_plan_id, package_id (0: the plan fee), month. Out: what the month owes and what was charged of it, if it
-- is open or waived.
select
    unit.client_plan_id,
    unit.package_id,
    unit.reference_month,
    unit.owed,
    unit.charged,
    (
        select privacy.name_of(client.id, client.name) as name
        from erp.client_plan as plan
        inner join erp.client as client on plan.client_id = client.id
        where plan.id = unit.client_plan_id
        limit 1 -- noqa: AM09
    ) as client,
    package.name as package
from (
    select
        open.client_plan_id,
        open.package_id,
        open.reference_month,
        open.owed,
        open.charged
    from billing.open_month as open
    union all
    select
        waived.client_plan_id,
        waived.package_id,
        waived.reference_month,
        waived.owed,
        waived.charged
    from billing.waived_month as waived
) as unit
left join tv.package as package on unit.package_id = package.id
where
    unit.client_plan_id = :client_plan_id and unit.package_id = :package_id and unit.reference_month = :month
limit 1 -- noqa: AM09
