-- In: event. Out: its due date; no row if the event does not exist.
select event.due_date
from billing.event_record as event
where event.id = :event and event.due_date = billing.due_date_of(:event)
