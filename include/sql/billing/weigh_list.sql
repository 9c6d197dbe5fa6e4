-- Reads the temporary table candidate. Out: one row: its size, its sum, its greatest charge, and a digest of it that
-- is the same for the same list, whatever the order and whether it was saved before.
select
    count(*) as candidates,
    count(*) filter (where candidate.exclusion is null) as charges,
    coalesce(sum(candidate.amount) filter (where candidate.exclusion is null), 0) as amount,
    coalesce(max(candidate.amount) filter (where candidate.exclusion is null), 0) as greatest,
    cast(
        coalesce(
            sum(
                hash_record_extended(
                    row(
                        candidate.client_plan_id, candidate.service_plan_id, candidate.client_package_id,
                        candidate.reference_month,
                        case when candidate.exclusion is null then candidate.amount end, candidate.exclusion
                    ), 0
                )
            ), 0
        ) as text
    ) as digest
from candidate
