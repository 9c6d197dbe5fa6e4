-- In: change_set. Writes how many operations it has to carry out, on how many client plans, and how many of those lose
-- something by it.
update reconciliation.change_set
set
    operations = planned.operations,
    client_plans = planned.client_plans,
    removals = (select count(*) from reconciliation.losing(:change_set, array['planned']))
from (
    select
        count(*) as operations,
        count(distinct operation.client_plan_id) as client_plans
    from reconciliation.operation
    where operation.change_set_id = :change_set and operation.status = 'planned'
) as planned
where change_set.id = :change_set
