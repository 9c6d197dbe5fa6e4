-- In: run_id. Out: how many events of the run are pending, and their amount.
select
    count(*) as events,
    coalesce(sum(event.amount), 0) as amount
from billing.event as event
where event.run_id = :run_id and event.status = 'pending' and event.kind = 'charge'
