-- Out: the operations on which a person decided within the last 24 hours, once each, by the newest decision.
create or replace function reconciliation.decided()
returns table (client_plan_id bigint, action text, target text, approved boolean)
language sql stable
as $$
    select distinct on (operation.client_plan_id, operation.action, operation.target)
        operation.client_plan_id,
        operation.action,
        operation.target,
        question.status <> 'rejected'
    from reconciliation.change_set as question
    inner join reconciliation.operation on question.id = operation.change_set_id
    where
        question.split_from is not null
        and question.decided_by <> 'no_answer'
        and question.decided_at > now() - interval '24 hours'
    order by operation.client_plan_id, operation.action, operation.target, question.decided_at desc
$$;
