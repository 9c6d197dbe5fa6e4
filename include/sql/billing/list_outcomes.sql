-- Reads the temporary tables candidate and processed. Out: a row for each outcome (charge, or the reason of exclusion),
-- the greatest first, with the number of client packages and the amount in reais.
with part as (
    select
        candidate.exclusion,
        1 as candidates,
        case when candidate.exclusion is null then candidate.amount end as amount
    from candidate
    union all
    select
        null as exclusion,
        processed.charges as candidates,
        processed.amount
    from processed
)

select
    coalesce(part.exclusion, 'charge') as outcome,
    cast(sum(part.candidates) as bigint) as candidates,
    coalesce(sum(part.amount), 0) as amount
from part
group by part.exclusion
order by part.exclusion is not null asc, candidates desc, outcome asc
