-- In: event, due_date. Locks the event until the transaction ends. Out: its number, kind and status, whether it is
-- given back, and how much of it no credit gives back; no row if there is none.
select
    event.id,
    event.kind,
    event.reversed,
    event.amount - coalesce(
        (
            select -sum(credit.amount)
            from billing.credit
            where credit.charge_id = :event and not credit.voided
        ), 0
    ) as rest,
    (
        select shown.status
        from billing.event as shown
        where shown.id = :event and shown.due_date = :due_date
    ) as status
from billing.event_record as event
where event.id = :event and event.due_date = :due_date
for update
