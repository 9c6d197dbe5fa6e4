-- In: event. Out: the event with the names of its client and package; holder, the client when it was charged if the
-- contract is another client's now; what no credit gives back of it; and action and author of its last correction, with
-- what was posted or paid out of its credit, and the charge that replaced it. No row if the event does not exist. The
-- ERP may repeat rows: one is enough.
with last_correction as (
    select
        correction.event_id,
        correction.action,
        correction.author,
        correction.charge_event_id
    from billing.correction
    where correction.event_id = :event
    order by correction.id desc
    limit 1
)

select
    event.id,
    (
        select privacy.name_of(client.id, client.name) as name
        from erp.client_plan as plan
        inner join erp.client as client on plan.client_id = client.id
        where plan.id = event.client_plan_id
        limit 1 -- noqa: AM09
    ) as client,
    (
        select coalesce(privacy.name_of(client.id, client.name), 'cliente ' || charged.id)
        from billing.client_when_charged(event.client_plan_id, event.due_date) as charged (id)
        inner join erp.client_plan as plan on event.client_plan_id = plan.id and charged.id <> plan.client_id
        left join erp.client as client on charged.id = client.id
        limit 1 -- noqa: AM09
    ) as holder,
    event.client_plan_id,
    package.name as package,
    event.due_date,
    event.reference_month,
    event.kind,
    event.status,
    event.amount,
    event.reversed,
    event.amount - coalesce(
        (
            select -sum(credit.amount)
            from billing.credit
            where credit.charge_id = :event and not credit.voided
        ), 0
    ) as rest,
    correction.action,
    correction.author,
    correction.charge_event_id,
    (
        select
            -credit.amount - credit.rest - coalesce(
                (
                    select sum(payout.amount)
                    from billing.payout
                    where
                        payout.event_id = credit.event_id
                        and payout.paid_at is null
                        and payout.withdrawn_at is null
                ), 0
            )
        from billing.credit
        where credit.charge_id = :event and credit.kind = 'reversal' and not credit.voided
    ) as given_back
from billing.event as event
inner join tv.package as package on event.package_id = package.id
left join last_correction as correction on event.id = correction.event_id
where event.id = :event and event.due_date = billing.due_date_of(:event)
