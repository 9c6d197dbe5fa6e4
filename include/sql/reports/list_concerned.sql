-- In: the temporary tables unserved and suspect. Creates the temporary table concerned: for each client plan in them,
-- what staging has on both sides.
create temporary table concerned on commit drop as
with client_plan as (
    select unserved.client_plan_id from unserved
    union
    select suspect.client_plan_id from suspect
)

select
    client_plan.client_plan_id,
    desired.status as status_wanted,
    desired.services || desired.surplus_services as services_wanted,
    actual.status,
    actual.services
from client_plan
left join staging.desired_subscriber as desired on client_plan.client_plan_id = desired.client_plan_id
left join staging.subscriber as actual on client_plan.client_plan_id = actual.client_plan_id
