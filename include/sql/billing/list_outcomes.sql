-- Reads the temporary table candidate. Out: a row for each outcome (charge, or the reason of exclusion), the greatest
-- first, with the number of client packages and the amount in reais.
select
    coalesce(candidate.exclusion, 'charge') as outcome,
    count(*) as candidates,
    coalesce(sum(candidate.amount) filter (where candidate.exclusion is null), 0) as amount
from candidate
group by candidate.exclusion
order by candidate.exclusion is not null asc, candidates desc, outcome asc
