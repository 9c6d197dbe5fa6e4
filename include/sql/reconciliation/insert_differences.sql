-- In: change_set; the temporary table step. Records what still differs, with what explains it: the creation of the
-- subscriber or the same operation, which was rejected or waits for a person; or that the platform stores what it got
-- in a form of its own.
insert into reconciliation.difference (change_set_id, client_plan_id, action, target, rejected_because, rejected_detail)
select
    :change_set,
    step.client_plan_id,
    step.action,
    step.target,
    coalesce(
        step.refusal,
        (array_agg(rejected.outcome_code order by rejected.number))[1],
        case when bool_or(known.times > 1) then 'stored_otherwise' end
    ),
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
left join reconciliation.stored_otherwise as known
    on
        step.client_plan_id = known.client_plan_id
        and step.action = known.action
        and coalesce(step.target, '') = known.target
        and step.after - 'status' = known.sent
        and step.before - 'status' = known.stored
group by step.client_plan_id, step.number, step.action, step.target, step.refusal
