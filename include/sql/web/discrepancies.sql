-- In: kind, after_amount, after_plan and after_package (of the last row, or null for the first page), size. Out: a page
-- of the discrepancies of a kind, the greatest amounts first.
with page as materialized (
    select
        discrepancy.kind,
        discrepancy.client_plan_id,
        discrepancy.package_id,
        discrepancy.amount,
        discrepancy.reason,
        discrepancy.parameters
    from reports.discrepancy
    where
        discrepancy.kind = :kind
        and (
            cast(:after_amount as numeric) is null
            or discrepancy.amount < cast(:after_amount as numeric)
            or (
                discrepancy.amount = cast(:after_amount as numeric)
                and (discrepancy.client_plan_id, discrepancy.package_id)
                > (cast(:after_plan as bigint), cast(:after_package as bigint))
            )
        )
        and (cast(:after_amount as numeric) is null or discrepancy.amount <= cast(:after_amount as numeric))
    order by discrepancy.amount desc, discrepancy.client_plan_id asc, discrepancy.package_id asc
    limit :size
)

select
    page.kind,
    page.client_plan_id,
    page.package_id,
    (
        select privacy.name_of(client.id, client.name) as name
        from erp.client_plan as plan
        inner join erp.client as client on plan.client_id = client.id
        where plan.id = page.client_plan_id
        limit 1 -- noqa: AM09
    ) as client,
    package.name as package,
    page.amount,
    page.reason as reason_code,
    page.parameters
from page
inner join tv.package as package on page.package_id = package.id
order by page.amount desc, page.client_plan_id asc, page.package_id asc
