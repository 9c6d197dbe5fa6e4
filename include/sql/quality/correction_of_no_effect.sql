-- In: due_date. Out: each reversal that no person ordered, and each charge that a person voided and that is live. The
-- check reversal_nets_to_zero begins with the charge.
select 'event ' || event.id || ' of ' || event.amount || ' is a reversal without a correction' as offender
from billing.event_record as event
where
    event.due_date = :due_date
    and event.kind = 'reversal'
    and not exists (
        select 1
        from billing.correction
        where correction.reversal_event_id = event.id and correction.event_due_date = event.due_date
    )
union all
select
    'event ' || event.id || ' of ' || event.amount || ' was voided by ' || correction.author || ' and is live'
        as offender
from billing.correction
inner join billing.event_record as event
    on correction.event_id = event.id and correction.event_due_date = event.due_date
where correction.event_due_date = :due_date and correction.action = 'void' and event.cancelled_at is null
