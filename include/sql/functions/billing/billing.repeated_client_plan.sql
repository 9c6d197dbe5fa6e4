-- In: for_due_date. Out: the client plans due on it that a view of the ERP has more than once, be it on other due days;
-- with one of their clients and service plans. Not looked for if erp.client_plan has a key. Not inlined, so that
-- whatever joins it is planned for a few rows.
create or replace function billing.repeated_client_plan(for_due_date date)
returns table (id bigint, client_id bigint, service_plan_id bigint)
language plpgsql stable parallel safe rows 10
as $$
begin
    if exists (
        select
        from pg_index as index
        inner join pg_attribute as attribute
            on index.indrelid = attribute.attrelid and index.indkey[0] = attribute.attnum
        where
            index.indrelid = to_regclass('erp.client_plan')
            and index.indisunique
            and index.indisvalid
            and index.indnkeyatts = 1
            and index.indpred is null
            and index.indexprs is null
            and attribute.attname = 'id'
    ) then
        return;
    end if;
    return query
    select
        cast(plan.id as bigint),
        cast(min(plan.client_id) as bigint),
        cast(min(plan.service_plan_id) as bigint)
    from erp.client_plan as plan
    where plan.id in (select due.id from billing.due_row(for_due_date) as due)
    group by plan.id
    having count(*) > 1;
end
$$;
