-- In: due_date. Out: each charge of the list whose price is below zero.
select
    'client package ' || candidate.client_package_id || ' of client plan ' || candidate.client_plan_id
    || ' would be charged ' || candidate.amount || ' (price of the ' || candidate.price_source || ')' as offender
from billing.candidate(:due_date) as candidate
where candidate.exclusion is null and candidate.amount < 0
