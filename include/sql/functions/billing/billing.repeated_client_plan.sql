-- In: for_due_date. Out: the client plans due on it that a view of the ERP repeats. Not looked for if erp.client_plan
-- has a key.
create or replace function billing.repeated_client_plan(for_due_date date)
returns table (id bigint)
language sql stable parallel safe
as $$
    select plan.id
    from billing.due_client_plan(for_due_date) as plan
    where
        not (
            select count(*) > 0
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
        )
    group by plan.id
    having count(*) > 1
$$;
