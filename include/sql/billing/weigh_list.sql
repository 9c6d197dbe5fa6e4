-- Reads the temporary tables candidate and processed. Out: one row: the list's size, its sum, its greatest charge,
-- and a digest of it that is the same for the same list, whatever the order and whether it was saved or settled
-- before.
with part as (
    select
        count(*) as candidates,
        count(*) filter (where candidate.exclusion is null) as charges,
        sum(candidate.amount) filter (where candidate.exclusion is null) as amount,
        max(candidate.amount) filter (where candidate.exclusion is null) as greatest,
        sum(
            hash_record_extended(
                row(
                    candidate.client_plan_id, candidate.service_plan_id, candidate.client_package_id,
                    candidate.reference_month,
                    case when candidate.exclusion is null then candidate.amount end, candidate.exclusion
                ), 0
            )
        ) as digest
    from candidate
    union all
    select
        processed.charges as candidates,
        processed.charges,
        processed.amount,
        processed.greatest,
        processed.digest
    from processed
)

select
    cast(sum(part.candidates) as bigint) as candidates,
    cast(sum(part.charges) as bigint) as charges,
    coalesce(sum(part.amount), 0) as amount,
    coalesce(max(part.greatest), 0) as greatest,
    cast(coalesce(sum(part.digest), 0) as text) as digest
from part
