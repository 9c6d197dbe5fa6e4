-- In: event. Holds an event until the transaction ends. Out: its kind and status; no row if there is none.
select
    event.kind,
    event.status
from billing.event as event
where event.id = :event
for update
