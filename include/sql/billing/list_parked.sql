-- In: due_date. Makes the temporary table parked: the client plans due on it whose rows in the ERP are wrong, each with
-- the reason. What they have pending waits.
create temporary table parked on commit drop as
select
    plan.id,
    plan.reason
from billing.parked_client_plan(:due_date) as plan
