-- In: since and until (the first and the last due date in adjustment); the temporary table adjustment (charge_id,
-- due_date, amount, days): what is to be given back of processed charges, with an amount above zero, and the days that
-- are given back, or null. Adds a pending reversal of each amount, which waits in billing.credit for an invoice as a
-- credit of whoever was the client on the due date. No person orders it, and the charge counts as before. Raises
-- restrict_violation if what is given back of a charge would be more than the charge. Out: a row for each: the number
-- of the reversal, its charge and its amount. Under the locks of the due dates and of credits.
with last_event as (
    select
        event.due_date,
        max(event.id) as id
    from billing.event_record as event
    where
        event.due_date in (select adjustment.due_date from adjustment)
        and event.due_date >= cast(:since as date)
        and event.due_date <= cast(:until as date)
    group by event.due_date
),

numbered as (
    select
        charge.*,
        adjustment.amount as given_back,
        adjustment.days as days_given_back,
        last_event.id + row_number() over (partition by charge.due_date order by charge.id) as number
    from adjustment
    inner join billing.event_record as charge
        on
            adjustment.charge_id = charge.id
            and adjustment.due_date = charge.due_date
            and charge.due_date >= cast(:since as date)
            and charge.due_date <= cast(:until as date)
    inner join last_event on charge.due_date = last_event.due_date
),

added as (
    insert into billing.event_record (
        id, run_id, client_plan_id, service_plan_id, client_package_id, package_id, due_date, reference_month, kind,
        amount, price, price_source, days, days_before, denominator, policy_id
    )
    select
        numbered.number,
        numbered.run_id,
        numbered.client_plan_id,
        numbered.service_plan_id,
        numbered.client_package_id,
        numbered.package_id,
        numbered.due_date,
        numbered.reference_month,
        'reversal',
        -numbered.given_back,
        numbered.price,
        numbered.price_source,
        numbered.days_given_back,
        case when numbered.days_given_back is not null then 0 end,
        case
            when numbered.days_given_back is not null
                then extract(day from numbered.reference_month + interval '1 month' - interval '1 day')
        end,
        numbered.policy_id
    from numbered
    returning id
)

insert into billing.credit (event_id, due_date, client_plan_id, client_id, charge_id, kind, amount, rest)
select
    numbered.number,
    numbered.due_date,
    numbered.client_plan_id,
    billing.client_when_charged(numbered.client_plan_id, numbered.due_date),
    numbered.id,
    'adjustment',
    -numbered.given_back,
    numbered.given_back
from numbered
inner join added on numbered.number = added.id
returning event_id as id, charge_id, amount
