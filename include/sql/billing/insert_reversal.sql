-- In: event and due_date of a processed charge. Marks the charge reversed, and adds the pending reversal of what was
-- not given back before. It waits in billing.credit for an invoice, as a credit of whoever was the client on the due
-- date. Out: the id of the reversal.
with charge as (
    update billing.event_record as event
    set reversed = true
    where event.id = :event and event.due_date = :due_date
    returning event.*
),

reversal as (
    insert into billing.event_record (
        id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, reference_month, kind,
        amount, price, price_source, days, days_before, value_before, denominator, policy_id, segment
    )
    select
        (
            select max(event.id)
            from billing.event_record as event
            where event.due_date = :due_date
        ) + 1,
        charge.run_id,
        charge.client_plan_id,
        charge.service_plan_id,
        charge.client_package_id,
        charge.package_id,
        charge.due_date,
        charge.reference_month,
        'reversal',
        -charge.amount - coalesce(
            (
                select sum(credit.amount)
                from billing.credit
                where credit.charge_id = :event and not credit.voided
            ), 0
        ),
        charge.price,
        charge.price_source,
        charge.days,
        charge.days_before,
        charge.value_before,
        charge.denominator,
        charge.policy_id,
        charge.segment
    from charge
    returning id, due_date, client_plan_id, amount
)

insert into billing.credit (event_id, due_date, client_plan_id, client_id, charge_id, kind, amount, rest)
select
    reversal.id,
    reversal.due_date,
    reversal.client_plan_id,
    billing.client_when_charged(reversal.client_plan_id, reversal.due_date),
    :event,
    'reversal',
    reversal.amount,
    -reversal.amount
from reversal
returning event_id as id
