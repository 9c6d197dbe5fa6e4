-- In: event. Out: how it was corrected; no row if it was not.
select
    correction.id,
    correction.action,
    correction.reason,
    correction.author,
    correction.rebill,
    correction.reversal_event_id
from billing.correction
where correction.event_id = :event
