-- In: due_date. Out: one row: the number of charges that became due since the list was saved, so that they have no
-- event, and their sum in reais.
select
    count(*) as count,
    coalesce(sum(candidate.amount), 0) as amount
from billing.candidate(:due_date) as candidate
where candidate.exclusion is null and candidate.event_id is null
