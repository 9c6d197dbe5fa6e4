-- In: due_date. Out: each reversal that no person ordered and that is no adjustment, each charge that a person voided
-- and that is live, and each charge that was to take a correction back and is not there. The check
-- reversal_nets_to_zero begins with the charge.
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
    and not exists (
        select 1
        from billing.credit
        where credit.event_id = event.id and credit.kind = 'adjustment'
    )
union all
select
    'event ' || event.id || ' of ' || event.amount || ' was voided by ' || correction.author || ' and is live'
        as offender
from billing.correction
inner join billing.event_record as event
    on correction.event_id = event.id and correction.event_due_date = event.due_date
where correction.event_due_date = :due_date and correction.action = 'void' and event.cancelled_at is null
union all
select 'correction ' || correction.id || ' of event ' || correction.event_id || ' made no charge' as offender
from billing.correction
left join billing.event_record as event
    on
        correction.charge_event_id = event.id
        and correction.event_due_date = event.due_date
        and event.due_date = :due_date
        and event.kind = 'charge'
where correction.event_due_date = :due_date and correction.charge_event_id is not null and event.id is null
