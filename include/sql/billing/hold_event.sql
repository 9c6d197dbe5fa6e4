-- In: event. Holds an event until the transaction ends. Out: what a correction has to know of it; no row if there is
-- none. posting_id: of a processed one.
select
    event.id,
    event.kind,
    event.status,
    event.reversed,
    event.due_date,
    event.amount,
    posting.id as posting_id
from billing.event as event
left join finance.posting as posting on event.id = posting.billing_event_id
where event.id = :event
for update of event
