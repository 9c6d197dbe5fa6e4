-- In: event. Out: the charge that this event gives back by a correction; no row if it does not.
select credit.charge_id
from billing.credit
where credit.event_id = :event and credit.kind = 'reversal'
