-- In: due_date, listed (how many). Out: the client plans due on it that are parked, each with its client and the
-- reason; and how many there are in all.
select
    parked.id,
    parked.client_id,
    parked.reason,
    count(*) over () as parked
from billing.parked_client_plan(:due_date) as parked
order by parked.id, parked.client_id
limit :listed
