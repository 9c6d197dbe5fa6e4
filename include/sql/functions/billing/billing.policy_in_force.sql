-- Out: the newest policy of each service plan, and the default, whose service_plan_id is null.
create or replace view billing.policy_in_force as
select distinct on (policy.service_plan_id)
    policy.id,
    policy.service_plan_id,
    policy.proration,
    policy.timing,
    policy.minimum_amount,
    policy.bills_suspended
from billing.policy
order by policy.service_plan_id asc, policy.id desc;
