-- In: change_set, client_plan; the temporary table step. Deletes the steps that the guard took out of the change set:
-- they go on waiting.
delete from step
using reconciliation.operation as held
where
    held.change_set_id = :change_set
    and held.client_plan_id = :client_plan
    and held.outcome_code in ('waits_for_person', 'refused_by_person')
    and step.client_plan_id = held.client_plan_id
    and step.action = held.action
    and step.target is not distinct from held.target
