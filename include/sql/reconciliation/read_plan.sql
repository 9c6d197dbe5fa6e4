-- In: plan. Out: the plan as it is.
select
    plan.id,
    plan.status,
    plan.only_client_plan_id,
    plan.desired,
    plan.managed,
    plan.provisioned,
    plan.unmanaged,
    plan.operations,
    plan.client_plans,
    plan.removals,
    plan.concerns,
    plan.decided_by,
    plan.created_at < now() - interval '20 hours' as too_old
from reconciliation.plan
where plan.id = :plan
