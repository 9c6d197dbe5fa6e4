-- Out: each client plan that is not cancelled and has no due day from 1 to 31: no due date ever covers it.
select
    'client plan ' || coalesce(cast(plan.id as text), 'without an id') || ' has due day '
    || coalesce(cast(plan.due_day as text), 'null') as offender
from erp.client_plan as plan
where plan.status <> 'cancelled' and (plan.due_day is null or plan.due_day not between 1 and 31)
