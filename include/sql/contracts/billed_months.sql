-- In: id of a client package. Out: the number of its events, of any status, and their last due date. billing.event_of
-- reads them by the indexes of billing.event_record.
select
    count(*) as events,
    max(event.due_date) as last_due_date
from billing.event_of(:id) as event
