-- In: client, today. Out: what has to be over before the client may be erased, each with a client plan.
select
    obstacle.cause,
    obstacle.client_plan_id
from privacy.obstacle(:client, :today) as obstacle
order by obstacle.cause
