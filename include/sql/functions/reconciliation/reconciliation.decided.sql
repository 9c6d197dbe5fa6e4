-- In: as_of, a time. Out: the operations on which a person decided later than 24 hours before it, once each, by the
-- newest decision. An approval is used up once its operation was applied.
create or replace function reconciliation.decided(as_of timestamptz)
returns table (client_plan_id bigint, action text, target text, approved boolean)
language sql stable
as $$
    with newest as (
        select distinct on (operation.client_plan_id, operation.action, operation.target)
            operation.client_plan_id,
            operation.action,
            operation.target,
            question.status <> 'rejected' as approved,
            question.decided_at
        from reconciliation.change_set as question
        inner join reconciliation.operation on question.id = operation.change_set_id
        where
            question.split_from is not null
            and question.decided_by <> 'no_answer'
            and question.decided_at > as_of - interval '24 hours'
        order by operation.client_plan_id, operation.action, operation.target, question.decided_at desc
    )

    select
        newest.client_plan_id,
        newest.action,
        newest.target,
        newest.approved
    from newest
    where
        not newest.approved
        or not exists (
            select from reconciliation.operation as done
            where
                done.client_plan_id = newest.client_plan_id
                and done.action = newest.action
                and done.target is not distinct from newest.target
                and done.status = 'applied'
                and done.done_at > newest.decided_at
                and done.done_at <= as_of
        )
$$;
