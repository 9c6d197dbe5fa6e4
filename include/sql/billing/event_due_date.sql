-- In: event. Out: its due date; no row if there is no such event.
select event.due_date
from billing.event_record as event
where event.id = :event
