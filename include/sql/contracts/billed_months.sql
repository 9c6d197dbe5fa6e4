-- In: id of a client package and added_on, its first day. Out: the number of its events, of any status, and their last
-- due date. billing.event_of reads them by the indexes of billing.event_record.
select
    count(*) as events,
    max(event.due_date) as last_due_date
from billing.event_of(:id, :added_on) as event
