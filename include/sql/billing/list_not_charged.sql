-- Makes the temporary table not_charged: what the list (candidate) has a reason not to charge.
create temporary table not_charged on commit drop as
select
    candidate.client_plan_id,
    candidate.client_package_id,
    candidate.service_plan_id,
    candidate.reference_month,
    candidate.exclusion
from candidate
where candidate.exclusion is not null
