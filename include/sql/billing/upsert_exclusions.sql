-- In: run_id. Adds the exclusions of the list (candidate), and updates those that changed.
insert into billing.exclusion as stored (run_id, client_plan_id, client_package_id, service_plan_id, reason)
select
    :run_id,
    candidate.client_plan_id,
    candidate.client_package_id,
    candidate.service_plan_id,
    candidate.exclusion
from candidate
where candidate.exclusion is not null
on conflict (run_id, client_package_id) do update
    set
        client_plan_id = excluded.client_plan_id,
        service_plan_id = excluded.service_plan_id,
        reason = excluded.reason
    where
    (stored.client_plan_id, stored.service_plan_id, stored.reason)
    is distinct from (excluded.client_plan_id, excluded.service_plan_id, excluded.reason)
