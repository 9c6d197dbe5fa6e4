-- In: change_set. Out: of its client plans, how many wait for a person's answer, and how many stay as they are because
-- a person rejected their removal lately.
select
    count(distinct operation.client_plan_id) filter (where operation.outcome_code = 'waits_for_person') as waiting,
    count(distinct operation.client_plan_id) filter (where operation.outcome_code = 'refused_by_person') as refused
from reconciliation.operation
where operation.change_set_id = :change_set and operation.status = 'superseded'
