-- In: listed (how many). Reads the temporary table candidate. Out: the open months that the list only names, the
-- dearest first, each with its client plan, package and what it owes in reais; and how many there are in all, and their
-- sum.
select
    candidate.client_plan_id,
    package.name as package,
    candidate.reference_month,
    candidate.amount,
    count(*) over () as months,
    sum(candidate.amount) over () as total
from candidate
inner join tv.package as package on candidate.package_id = package.id
where candidate.exclusion = 'open_month'
order by candidate.amount desc, candidate.client_plan_id asc, candidate.reference_month asc
limit :listed
