-- In: change_set_id, statuses of operations. Out: the client plans that lose a service, a device or the access by its
-- operations of these statuses. A device replaced by another is not lost.
create or replace function reconciliation.losing(change_set_id bigint, statuses text[])
returns table (client_plan_id bigint)
language sql stable
as $$
    select operation.client_plan_id
    from reconciliation.operation
    where operation.change_set_id = losing.change_set_id and operation.status = any(statuses)
    group by operation.client_plan_id
    having
        count(*) filter (where operation.action in ('end_service', 'suspend', 'deactivate')) > 0
        or count(*) filter (where operation.action = 'remove_device')
        > count(*) filter (where operation.action = 'add_device')
$$;
