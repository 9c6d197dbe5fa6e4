-- In: of_preview. Out: the list as rows of a spreadsheet, in the order of its pages.
create or replace function billing.preview_sheet(of_preview bigint)
returns table (
    client_plan_id bigint,
    client text,
    document text,
    service_plan text,
    package text,
    reference_month text,
    price numeric(12, 2),
    days smallint,
    amount numeric(12, 2),
    outcome text,
    status text,
    event_id text
)
language sql stable
as $$
    -- A view of the ERP may repeat what it names.
    select distinct on (line.client_plan_id, line.client_package_id, line.reference_month)
        line.client_plan_id,
        tv.cell(case when erased.client_id is null then client.name else privacy.erased_name() end),
        tv.cell(case when erased.client_id is null then client.document else '' end),
        tv.cell(service_plan.name),
        tv.cell(package.name),
        to_char(line.reference_month, 'MM/YYYY'),
        line.price,
        line.days,
        line.amount,
        line.outcome,
        line.status,
        cast(line.event_id as text)
    from billing.preview_line as line
    left join erp.client_plan as plan on line.client_plan_id = plan.id
    left join erp.client as client on plan.client_id = client.id
    left join privacy.erased_client() as erased on plan.client_id = erased.client_id
    left join billing.service_plan() as service_plan on line.service_plan_id = service_plan.id
    left join tv.package as package on line.package_id = package.id
    where line.preview_id = of_preview
    order by line.client_plan_id, line.client_package_id, line.reference_month
$$;
