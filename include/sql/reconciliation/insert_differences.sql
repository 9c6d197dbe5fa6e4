-- In: change_set; the temporary table step. Records what still differs, with the operation that explains it because it
-- was rejected or waits for a person: the creation of the subscriber, or the same operation.
insert into reconciliation.difference (change_set_id, client_plan_id, action, target, rejected_because, rejected_detail)
select
    :change_set,
    step.client_plan_id,
    step.action,
    step.target,
    coalesce(step.refusal, (array_agg(rejected.outcome_code order by rejected.number))[1]),
    (array_agg(rejected.outcome order by rejected.number))[1]
from step
left join reconciliation.operation as rejected
    on
        rejected.change_set_id = :change_set
        and step.client_plan_id = rejected.client_plan_id
        and (rejected.status = 'rejected' or rejected.outcome_code in ('waits_for_person', 'refused_by_person'))
        and (
            rejected.action = 'create'
            or (step.action = rejected.action and step.target is not distinct from rejected.target)
        )
group by step.client_plan_id, step.number, step.action, step.target, step.refusal
