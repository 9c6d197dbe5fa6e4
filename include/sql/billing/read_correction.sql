-- In: event. Out: its last correction, which counts, with the credit that stands, if it was reversed; no row if it was
-- not corrected.
select
    correction.id,
    correction.action,
    correction.reason,
    correction.author,
    correction.rebill,
    correction.charge_event_id,
    (
        select credit.event_id
        from billing.credit
        where credit.charge_id = :event and credit.kind = 'reversal' and not credit.voided
    ) as reversal_event_id
from billing.correction
where correction.event_id = :event
order by correction.id desc
limit 1
