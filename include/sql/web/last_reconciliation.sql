-- In: client_plan_id. Out: the last verified change set that covered this client plan: when, and what still differed
-- then, a JSON object each.
select
    change_set.id,
    change_set.verified_at,
    (
        select
            json_agg(
                json_build_object(
                    'action', difference.action,
                    'target', difference.target,
                    'name', package.name,
                    'rejected_code', difference.rejected_because,
                    'rejected_raw', difference.rejected_detail
                )
            )
        from reconciliation.difference as difference
        left join tv.package as package
            on difference.action in ('add_service', 'end_service') and difference.target = package.platform_uid
        where difference.change_set_id = change_set.id and difference.client_plan_id = :client_plan_id
    ) as differences
from reconciliation.change_set
where change_set.id = reconciliation.last_verified(:client_plan_id)
