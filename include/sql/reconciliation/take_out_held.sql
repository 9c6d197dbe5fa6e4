-- In: change_set; the temporary table held. Takes what is held out of a change set, and records that it still differs.
with taken as (
    update reconciliation.operation
    set
        status = 'superseded',
        outcome_code = case when held.rejected then 'refused_by_person' else 'waits_for_person' end,
        done_at = now()
    from held
    where
        operation.change_set_id = :change_set
        and operation.client_plan_id = held.client_plan_id
        and operation.number = held.number
        and operation.status = 'planned'
    returning operation.client_plan_id, operation.action, operation.target, operation.outcome_code
)

insert into reconciliation.difference (change_set_id, client_plan_id, action, target, rejected_because)
select
    :change_set,
    taken.client_plan_id,
    taken.action,
    taken.target,
    taken.outcome_code
from taken
