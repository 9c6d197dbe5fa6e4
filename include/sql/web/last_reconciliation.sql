-- In: client_plan_id. Out: the last plan that was verified and looked at this client plan: when, and what still
-- differed then, a JSON object each.
select
    plan.id,
    plan.verified_at,
    (
        select
            json_agg(
                json_build_object(
                    'action', difference.action,
                    'target', difference.target,
                    'rejected_because', difference.rejected_because
                )
            )
        from reconciliation.difference as difference
        where difference.plan_id = plan.id and difference.client_plan_id = :client_plan_id
    ) as differences
from reconciliation.plan as plan
where
    plan.verified_at is not null
    and (plan.only_client_plan_id is null or plan.only_client_plan_id = :client_plan_id)
order by plan.id desc
limit 1
