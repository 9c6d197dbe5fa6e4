-- In: preview, outcome (or null for all), after_plan, after_package and after_month (of the last row, or null for the
-- first page), size. Out: a page of a list, by client plan. Names are looked up for the page's rows only.
with page as materialized (
    select
        line.client_plan_id,
        line.client_package_id,
        line.service_plan_id,
        line.package_id,
        line.reference_month,
        line.amount,
        line.price,
        line.price_source,
        line.days,
        line.denominator,
        line.outcome,
        line.status,
        line.event_id
    from billing.preview_line as line
    where
        line.preview_id = :preview
        and (cast(:outcome as text) is null or line.outcome = cast(:outcome as text))
        and (line.client_plan_id, line.client_package_id, line.reference_month)
        > (
            coalesce(cast(:after_plan as bigint), cast('-9223372036854775808' as bigint)),
            coalesce(cast(:after_package as bigint), -1),
            coalesce(cast(:after_month as date), cast('0001-01-01' as date))
        )
    order by line.client_plan_id, line.client_package_id, line.reference_month
    limit :size
)

select
    page.client_plan_id,
    page.client_package_id,
    (
        select privacy.name_of(client.id, client.name) as name
        from erp.client_plan as plan
        inner join erp.client as client on plan.client_id = client.id
        where plan.id = page.client_plan_id
        limit 1 -- noqa: AM09
    ) as client,
    service_plan.name as service_plan,
    package.name as package,
    page.reference_month,
    page.amount,
    page.price,
    page.price_source,
    page.days,
    page.denominator,
    page.outcome,
    page.status,
    page.event_id
from page
left join tv.package as package on page.package_id = package.id
left join billing.service_plan() as service_plan on page.service_plan_id = service_plan.id
order by page.client_plan_id, page.client_package_id, page.reference_month
