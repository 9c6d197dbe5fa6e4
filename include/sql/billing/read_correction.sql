-- In: event. Out: its correction; no row if it was not corrected.
select
    correction.id,
    correction.action,
    correction.reason,
    correction.author,
    correction.rebill,
    correction.reversal_event_id
from billing.correction
where correction.event_id = :event
