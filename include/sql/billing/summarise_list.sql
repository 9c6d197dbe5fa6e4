-- Reads the temporary tables candidate and processed. Out: a row for each outcome (charge, or the reason of exclusion):
-- the number of client packages, their sum and the highest charge in reais, and a digest. The row of charges comes
-- first, the others by number. The sum of the digests is the same for the same list, whatever its order, and whether or
-- not it was saved or settled before.
with part as (
    select
        candidate.exclusion,
        count(*) as client_packages,
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
    group by candidate.exclusion
    union all
    select
        null as exclusion,
        processed.charges as client_packages,
        processed.amount,
        processed.greatest,
        processed.digest
    from processed
)

select
    coalesce(part.exclusion, 'charge') as outcome,
    cast(sum(part.client_packages) as bigint) as client_packages,
    coalesce(sum(part.amount), 0) as amount,
    coalesce(max(part.greatest), 0) as greatest,
    coalesce(sum(part.digest), 0) as digest
from part
group by part.exclusion
order by part.exclusion is not null asc, client_packages desc, outcome asc
