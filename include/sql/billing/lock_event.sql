-- In: event, due_date. Locks the event until the transaction ends. Out: its number, kind and status; no row if there is
-- none.
select
    event.id,
    event.kind,
    (
        select shown.status
        from billing.event as shown
        where shown.id = :event and shown.due_date = :due_date
    ) as status
from billing.event_record as event
where event.id = :event and event.due_date = :due_date
for update
