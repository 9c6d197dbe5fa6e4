-- In: run_id. Adds the exclusions of the list (not_charged) that are missing, and updates those that changed.
insert into billing.exclusion as stored (
    run_id, client_plan_id, client_package_id, service_plan_id, reference_month, reason
)
select
    :run_id,
    not_charged.client_plan_id,
    not_charged.client_package_id,
    not_charged.service_plan_id,
    not_charged.reference_month,
    not_charged.exclusion
from not_charged
where
    not exists (
        select 1
        from billing.exclusion as kept
        where
            kept.run_id = :run_id
            and kept.client_package_id = not_charged.client_package_id
            and kept.reference_month = not_charged.reference_month
            and kept.client_plan_id = not_charged.client_plan_id
            and kept.service_plan_id = not_charged.service_plan_id
            and kept.reason = not_charged.exclusion
    )
on conflict (run_id, client_package_id, reference_month) do update
    set
        client_plan_id = excluded.client_plan_id,
        service_plan_id = excluded.service_plan_id,
        reason = excluded.reason
