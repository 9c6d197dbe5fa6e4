-- In: run_id. Adds the exclusions of the list (candidate) that are missing, and updates those that changed.
insert into billing.exclusion as stored (
    run_id, client_plan_id, client_package_id, service_plan_id, reference_month, reason
)
select
    :run_id,
    candidate.client_plan_id,
    candidate.client_package_id,
    candidate.service_plan_id,
    candidate.reference_month,
    candidate.exclusion
from candidate
where
    candidate.exclusion is not null
    and not exists (
        select 1
        from billing.exclusion as kept
        where
            kept.run_id = :run_id
            and kept.client_package_id = candidate.client_package_id
            and kept.reference_month = candidate.reference_month
            and kept.client_plan_id = candidate.client_plan_id
            and kept.service_plan_id = candidate.service_plan_id
            and kept.reason = candidate.exclusion
    )
on conflict (run_id, client_package_id, reference_month) do update
    set
        client_plan_id = excluded.client_plan_id,
        service_plan_id = excluded.service_plan_id,
        reason = excluded.reason
