-- In: due_date. Out: one row: what became chargeable since the list was saved and so has no event, and its amount.
select
    count(*) as candidates,
    coalesce(sum(candidate.amount), 0) as amount
from billing.candidate(:due_date) as candidate
where candidate.exclusion is null and candidate.event_id is null
