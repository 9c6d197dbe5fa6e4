-- Reads the temporary table part. Out: a row for each outcome (charge, or the reason of exclusion): the number of
-- client packages, their sum and the highest charge in reais, and a digest. The row of charges comes first, the others
-- by number. The sum of the digests is the same for the same list, whatever its order, and whether or not it was saved
-- or settled before.
select
    coalesce(part.exclusion, 'charge') as outcome,
    cast(sum(part.rows) as bigint) as client_packages,
    coalesce(sum(part.amount), 0) as amount,
    coalesce(max(part.greatest), 0) as greatest,
    coalesce(sum(part.digest), 0) as digest
from part
group by part.exclusion
order by part.exclusion is not null asc, client_packages desc, outcome asc
