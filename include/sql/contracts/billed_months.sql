-- In: id of a client package. Out: how many events ever charged it, whatever became of them, and the
-- last due date. In the halves that billing.event_record has an index of client packages for.
select
    count(*) as events,
    max(event.due_date) as last_due_date
from billing.event_of(:id) as event
