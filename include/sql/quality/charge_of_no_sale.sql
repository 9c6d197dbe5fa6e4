-- In: due_date. Out: each live charge that no sale supports: no package of that client plan was sold by then, or the
-- amount does not follow from the price. Whether the price is right says charge_of_other_price.
with charge as (
    select
        event.id,
        event.amount,
        event.price,
        case
            when sold.id is null then 'nothing was sold'
            when sold.client_plan_id <> event.client_plan_id or sold.package_id <> event.package_id
                then 'the sale is of package ' || sold.package_id || ' to client plan ' || sold.client_plan_id
            when
                sold.added_on > event.due_date
                and sold.added_on >= cast(event.reference_month + interval '1 month' as date)
                then 'it was sold on ' || sold.added_on
            when
                -- A difference follows from the whole month, which is compared where the charges of it are.
                event.segment > 0
                and event.amount <> case
                    when event.days is null then event.price
                    else billing.prorated(
                        event.price, coalesce(event.value_before, event.price * event.days_before), event.days,
                        event.denominator, coalesce(policy.rounding, 'half_up')
                    )
                end
                then 'the price of a month is ' || event.price
        end as objection
    from billing.live_charge(:due_date) as event
    left join tv.client_package as sold on event.client_package_id = sold.id
    left join billing.policy as policy on event.policy_id = policy.id
    where event.price is not null
)

select 'event ' || charge.id || ' of ' || charge.amount || ': ' || charge.objection as offender
from charge
where charge.objection is not null
order by charge.id
